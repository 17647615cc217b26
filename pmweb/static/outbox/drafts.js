// What was typed into a form of the outbox and not captured yet is there again after the page was closed. Only where the
// person sends it: a line of the sheet saves by itself.
const drafts = (() => {
  if (!me) return { forget() {} };
  const FORMS = "form[data-outbox][id]:not([data-live], .item:not(.again))";
  const name = (form) => `draft ${me} ${location.pathname} ${form.id}`;
  const version = (form) => form.elements._version?.value ?? "";
  const texts = (form) => [...form.elements].filter((e) => e.name && /text|number|date/.test(e.type));
  const forget = (whose) => {
    for (const key of Object.keys(localStorage)) if (/^(draft|strokes) /.test(key) && whose(...key.split(" "))) localStorage.removeItem(key);
  };
  document.addEventListener("input", ({ target: { form } }) => {
    if (!form?.matches(FORMS)) return;
    try {
      localStorage.setItem(name(form), JSON.stringify([version(form), texts(form).map((e) => [e.name, e.value])]));
    } catch {
      // no room: it stays in the form alone
    }
  });
  document.addEventListener("outbox:kept", ({ target }) => localStorage.removeItem(name(target)));
  forget((_what, uid) => uid !== me);
  for (const form of document.querySelectorAll(FORMS)) {
    const [seen, fields] = JSON.parse(localStorage.getItem(name(form)) ?? "[]"), draft = new Map(fields);
    if (seen !== version(form)) continue; // somebody has changed it since
    for (const field of texts(form)) {
      if (!draft.has(field.name) || draft.get(field.name) === field.value) continue;
      field.value = draft.get(field.name);
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
  return window.pmweb.drafts = { forget };
})();
