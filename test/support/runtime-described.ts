import * as v from "valibot";
import { codesOf, errorAnswers } from "../../workers/openapi/errors.ts";
import { operations } from "../../workers/openapi/operations/index.ts";

const CodeSchema = v.object({ code: v.string() });

/** Throws for a refusal with a status or a code that the description of the operation does not list. */
export async function requireDescribed(method: string, path: string, answer: Response): Promise<void> {
  if (answer.ok || answer.status < 400) return;
  const { pathname } = new URL(path, "http://captionwire.test");
  const operation = operations.find(
    (candidate) => candidate.method === method.toLowerCase() && fits(candidate.path, pathname),
  );
  if (operation === undefined) return;
  const listed = errorAnswers(operation);
  const said = `${method} ${operation.path} answered ${answer.status}`;
  if (!Object.hasOwn(listed, answer.status) && !Object.hasOwn(listed, "default"))
    throw new Error(`${said}, which its description does not list.`);
  if (operation.refusesLike === "deepgram") return;
  const { code } = v.parse(CodeSchema, await answer.clone().json());
  if (!codesOf(operation).some((known) => known === code))
    throw new Error(`${said} ${code}, which its description does not list.`);
}

/** `{name}` stands for what has no slash, and no ending: where one belongs to the path, it is written there. */
function fits(described: string, pathname: string): boolean {
  const pattern = described.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "(?:(?!\\.html$)[^/])*");
  return new RegExp(`^${pattern}$`).test(pathname);
}
