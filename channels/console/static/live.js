// Each word of a stream is a trigger for htmx at the element that names the stream in `data-live`.

for (const place of document.querySelectorAll("[data-live]")) {
  const source = new EventSource(place.dataset.live);
  // What came while nobody listened is fetched now.
  source.onopen = () => htmx.trigger(place, "live");
  source.onmessage = (event) => htmx.trigger(place, event.data);
  // A lost connection comes back by itself; a refused one does not: the page then says what is to be done.
  source.onerror = () => { if (source.readyState === EventSource.CLOSED) location.reload(); };
}

// What a page fetches by itself does not keep its session open.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (!detail.triggeringEvent?.isTrusted) detail.headers["X-Unattended"] = "true";
});
