// Starts GOV.UK Frontend's own behaviour; every page also works when this file never loads.
import { CharacterCount, ErrorSummary, NotificationBanner, Radios, Checkboxes, SkipLink, Button, createAll } from "./govuk-frontend.min.js"

document.body.classList.add("js-enabled")
if ("noModule" in HTMLScriptElement.prototype) document.body.classList.add("govuk-frontend-supported")

const parts = [Button, CharacterCount, Checkboxes, ErrorSummary, NotificationBanner, Radios, SkipLink]
const start = (scope) => parts.forEach((part) => createAll(part, undefined, { scope }))

start(document)
document.addEventListener("htmx:after:settle", (event) => {
  if (event.target instanceof Element && event.target.isConnected) start(event.target)
})
