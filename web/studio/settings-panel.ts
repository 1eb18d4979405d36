import * as v from "valibot";
import { CaptionwireError } from "../../client/index.ts";
import { type RoomSettings, RoomSettingsSchema } from "../../shared/settings.ts";
import { askRoom } from "../ask-room.ts";
import { part } from "../page.ts";
import { isOn, switchButton } from "../switch-button.ts";
import { mayTry, type Rights } from "./rights.ts";
import { fillSettings, readSettings } from "./settings-form.ts";

const DescriptionSchema = v.object({ settings: RoomSettingsSchema });

const mayNotSet =
  "This link may not change the room's settings: its token lacks the scope rooms:admin. The room's administrator can.";

const changedMeanwhile =
  "Not saved. Somebody else has changed these settings since they were loaded. “Load again” shows them in place of what you typed.";

export type SettingsPanel = {
  /** Shows the settings of another room. */
  enter(room: string): void;
};

/**
 * The panel of a room's settings: read when a room is entered, written when they are saved, and told again as the service has
 * kept them. What was typed stays when saving fails, also because somebody else has changed them since they were read: saving
 * writes all of them.
 *
 * @param handleKnown hears the settings whenever they are known anew; `null` while they are not
 */
export function createSettingsPanel(
  rights: Rights,
  handleKnown: (settings: RoomSettings | null) => void,
): SettingsPanel {
  const form = part("settings", HTMLFormElement);
  const fields = part("settings-fields", HTMLFieldSetElement);
  const save = part("settings-save", HTMLButtonElement);
  const again = part("settings-again", HTMLButtonElement);
  const said = part("settings-said", HTMLElement);
  let room = "";
  let known: RoomSettings | null = null;
  let isSaving = false;

  function setKnown(settings: RoomSettings | null): void {
    known = settings;
    fields.disabled = settings === null;
    showSave();
    handleKnown(settings);
  }

  function showSave(): void {
    switchButton(save, known !== null && !isSaving);
  }

  async function load(): Promise<void> {
    const asked = room;
    setKnown(null);
    again.hidden = true;
    said.textContent = mayTry(rights, "rooms:admin", room) ? "" : mayNotSet;
    if (said.textContent !== "") return;
    try {
      const settings = await settingsOf(asked);
      if (asked !== room) return;
      fillSettings(form, settings);
      setKnown(settings);
    } catch (error) {
      if (asked !== room) return;
      said.textContent = wordsOf(error);
      again.hidden = false;
    }
  }

  async function put(before: RoomSettings): Promise<void> {
    const asked = room;
    const reading = readSettings(new FormData(form), before);
    if (reading.kind === "problem") {
      said.textContent = `Not saved. ${reading.message}`;
      return;
    }
    isSaving = true;
    showSave();
    said.textContent = "Saving";
    try {
      if (!areSame(await settingsOf(asked), before)) {
        if (asked !== room) return;
        said.textContent = changedMeanwhile;
        again.hidden = false;
        return;
      }
      const init = { method: "PUT", body: JSON.stringify(reading.value) };
      const settings = await settingsIn(await askRoom(asked, "rooms:admin", init));
      if (asked !== room) return;
      fillSettings(form, settings);
      setKnown(settings);
      said.textContent = "Saved. What concerns recognition holds from the next start on.";
    } catch (error) {
      if (asked === room) said.textContent = `Not saved. ${wordsOf(error)}`;
    } finally {
      isSaving = false;
      showSave();
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (known !== null && isOn(save)) void put(known);
  });
  form.addEventListener("input", () => {
    if (known !== null) said.textContent = "Not saved yet.";
  });
  again.addEventListener("click", () => {
    // It vanishes under the focus.
    part("settings-title", HTMLElement).focus();
    void load();
  });

  return {
    enter(next) {
      room = next;
      void load();
    },
  };
}

async function settingsOf(room: string): Promise<RoomSettings> {
  try {
    return await settingsIn(await askRoom(room, "rooms:admin"));
  } catch (error) {
    // Nobody has used it yet: it is made when it is needed.
    if (error instanceof CaptionwireError && error.code === "not_found") return {};
    throw error;
  }
}

/** Both in the order of their schema. */
function areSame(one: RoomSettings, other: RoomSettings): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

async function settingsIn(answer: Response): Promise<RoomSettings> {
  return v.parse(DescriptionSchema, await answer.json()).settings;
}

function wordsOf(error: unknown): string {
  if (!(error instanceof CaptionwireError)) return "The service's answer could not be read. Reload the page.";
  return error.code === "scope_missing" ? mayNotSet : error.message;
}
