import { LiveCaptions } from "../../client/element/live-captions.ts";
import { part } from "../page.ts";
import { roomOfPage, tenantOfPage } from "../room.ts";
import { tokenSource } from "../token.ts";

const room = roomOfPage();
document.title = `${room}: live captions`;
part("room", HTMLElement).textContent = room;
part("plain", HTMLAnchorElement).href = `/plain/${room}${location.search}`;

const captions = part("captions", LiveCaptions);
captions.tokenSource = tokenSource(["captions:view"], room);
captions.tenant = tenantOfPage() ?? "";
captions.room = room;
