// Reading aloud and dictation, with what the browser has.

const speech = globalThis.speechSynthesis;
const Recognition = globalThis.SpeechRecognition ?? globalThis.webkitSpeechRecognition;

const primary = (tag) => tag.split(/[-_]/)[0].toLowerCase();

// A voice of the language, the one with the same script or region first.
function voiceOf(language) {
  const voices = (speech?.getVoices() ?? []).filter((voice) => primary(voice.lang) === primary(language));
  return voices.find((voice) => voice.lang === language) ?? voices[0];
}

export function whenVoicesChange(act) {
  speech?.addEventListener?.("voiceschanged", act);
}

// The parts of a reply that there is a voice for, as [text, language].
export function readable(item) {
  const parts = [...item.querySelectorAll(":scope > [lang]:not(.choices)")];
  return parts.map((part) => [part.innerText, part.lang]).filter(([, language]) => voiceOf(language));
}

export function hush() {
  speech?.cancel();
}

// Read the parts one after the other; `done` is called at the end, or when something else is read.
export function read(parts, done) {
  hush();
  parts.forEach(([text, language], index) => {
    const said = new SpeechSynthesisUtterance(text);
    said.voice = voiceOf(language);
    said.lang = said.voice.lang;
    if (index === parts.length - 1) said.onend = done;
    said.onerror = done;
    speech.speak(said);
  });
}

export const canDictate = Boolean(Recognition);

// Write what is said: `heard` gets each finished piece. Returns what stops it.
export function dictate(language, heard, done) {
  const recognition = new Recognition();
  recognition.lang = language;
  recognition.continuous = true;
  recognition.onresult = ({ results, resultIndex }) => {
    for (const result of [...results].slice(resultIndex)) if (result.isFinal) heard(result[0].transcript.trim());
  };
  recognition.onend = done;
  recognition.onerror = done;
  recognition.start();
  return () => recognition.stop();
}
