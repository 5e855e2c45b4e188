// Starts every part. Parts listen on the document, so that what htmx swaps in works without being told.
import "./requests.js";
import "./toasts.js";
import "./dialogs.js";
import "./palette.js";
import "./lists.js";
import "./copying.js";
import "./uploads.js";
import "./charts.js";
import "./drafts.js";
import "./tips.js";
import "./appearance.js";
