// What was sent from a form is kept in this tab (`content.js`) until a page says that it was taken. The sign-in, to which
// a session that ended leads, says something too, but to nobody whom it knows.

const sent = sessionStorage.getItem("sent");
sessionStorage.removeItem("sent");
if (sent && document.querySelector("header nav") && document.querySelector(".said")) sessionStorage.removeItem(sent);
