// Starts the forms' components on a page, each where it stands; without this file every form works all the same.
import { CharacterCount } from "./node_modules/govuk-frontend/dist/govuk/components/character-count/character-count.mjs";
import { ErrorSummary } from "./node_modules/govuk-frontend/dist/govuk/components/error-summary/error-summary.mjs";
import { FileUpload } from "./node_modules/govuk-frontend/dist/govuk/components/file-upload/file-upload.mjs";

document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) document.body.classList.add("govuk-frontend-supported");
for (const component of [CharacterCount, ErrorSummary, FileUpload]) {
  for (const root of document.querySelectorAll(`[data-module="${component.moduleName}"]`)) {
    new component(root);
  }
}
// What is seen on such a button must be found word by word in its name (WCAG 2.5.3): without a space two words become one.
for (const status of document.querySelectorAll(".govuk-file-upload-button__status")) status.after(" ");
