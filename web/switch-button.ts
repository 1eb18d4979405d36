/** Switched off, a button keeps the focus: whoever has no mouse stays where they are. Its handler asks `isOn`. */
export function switchButton(button: HTMLButtonElement, isOn: boolean): void {
  button.setAttribute("aria-disabled", String(!isOn));
}

export const isOn = (button: HTMLButtonElement): boolean => button.getAttribute("aria-disabled") !== "true";
