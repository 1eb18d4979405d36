import { deployedTarget } from "./hosts/deployed.ts";
import { declareSuite } from "./suite.ts";

const { CONFORMANCE_URL: url = "", CAPTIONWIRE_API_KEY: apiKey = "" } = process.env;

declareSuite(URL.canParse(url) ? new URL(url).host : "deployed", async () => deployedTarget({ url, apiKey }));
