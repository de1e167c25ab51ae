// What scripts say to people, in the language of the page: English stands in the scripts.
"use strict";

window.hubbubWords ??= {};
window.say = (words, facts = {}) =>
  (Object.hasOwn(window.hubbubWords, words) ? window.hubbubWords[words] : words)
    .replace(/\{(\w+)\}/g, (whole, name) => (name in facts ? String(facts[name]) : whole));
