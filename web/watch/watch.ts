import { stickToEnd } from "../../client/element/stick-to-end.ts";
import { follow } from "../follow.ts";
import { part } from "../page.ts";
import { roomOfPage } from "../room.ts";

const room = roomOfPage();
document.title = `${room}: live captions`;
part("room", HTMLElement).textContent = room;

const jump = part("jump", HTMLButtonElement);
const stick = stickToEnd(document.documentElement, (isFollowing) => {
  jump.hidden = isFollowing;
});
jump.addEventListener("click", () => stick.follow());

const earlier = part("earlier", HTMLElement);
const following = follow({
  room,
  box: part("captions", HTMLElement),
  seen: part("state", HTMLElement),
  spoken: part("announced", HTMLElement),
  handleDrawn(captions) {
    earlier.hidden = !captions.hasEarlier;
    stick.grown();
  },
});

const showEarlier = part("show-earlier", HTMLButtonElement);
const problem = part("earlier-problem", HTMLElement);
showEarlier.addEventListener("click", async () => {
  // Not `disabled`, which would take the focus from whoever has no mouse; clicks meanwhile share one request.
  showEarlier.setAttribute("aria-disabled", "true");
  problem.textContent = "";
  try {
    await following.showEarlier(stick.keepPlace);
  } catch (error) {
    problem.textContent = error instanceof Error ? error.message : String(error);
  }
  showEarlier.removeAttribute("aria-disabled");
});
