/** Why there is no microphone, by the name of the browser's error, and what to do. */
export function microphoneRefusal(name: string): string {
  switch (name) {
    case "NotAllowedError":
      return "The browser may not use the microphone. Allow it beside the page's address, then try again.";
    case "NotFoundError":
      return "No microphone was found. Plug one in, then try again.";
    case "OverconstrainedError":
      return "This microphone is no longer there. Choose another one.";
    case "NotReadableError":
      return "The microphone is in use by another program, or switched off.";
    default:
      return "The microphone could not be opened. Choose another one, or restart the browser.";
  }
}

/** Why nothing is shared, by the name of the browser's error, and what to do. */
export function tabRefusal(name: string): string {
  switch (name) {
    case "NotAllowedError":
      return "Nothing was shared. Try again, and choose a tab; if the browser did not ask, its system settings forbid it.";
    case "NotReadableError":
      return "The system does not let the browser share this. Choose a tab instead of a window or a screen.";
    case "NotFoundError":
      return "The browser found nothing to share.";
    default:
      return "The tab could not be shared. Try again, or use Chrome or Edge.";
  }
}

export const noSound =
  "What you chose has no sound. Choose a tab and switch on “Also share tab audio”. Only Chrome and Edge offer it; Firefox and Safari share pictures alone.";
