import type { Summary } from "./tally.ts";

/** Guide values, in milliseconds: what medians usually are, and from where on something is to be looked at. */
const guide = {
  dns: 50,
  /** A TCP connection is one round trip, which says how far away the server is. */
  tcp: [
    { upTo: 20, where: "in the same region" },
    { upTo: 100, where: "on the same continent" },
    { upTo: 180, where: "about as far as Europe is from the United States" },
    { upTo: 300, where: "about as far as Asia or Australia is from the United States" },
  ],
  /** TLS takes one or two round trips; what its computing takes does not shrink with the distance. */
  tls: { byTcp: 2, computing: 20 },
  upgrade: { usualOverTcp: 150, tooMuchOverTcp: 200 },
} as const;

/** What the figures mean, in sentences; those that ask for something begin with what is wrong. */
export function diagnose({ times, iterations, failed, failures, refused, statuses }: Summary): string[] {
  const [dns, tcp, tls, answer] = [times.dns, times.tcp, times.tls, times.answer].map(
    (spread) => spread?.p50,
  );
  const said: string[] = [];
  if (failed > 0) {
    const where = Object.entries(failures).map(
      ([phase, { count, error }]) => `${count} in ${phase} (${error})`,
    );
    const hint = /certificate/.test(failures.tls?.error ?? "") ? " --insecure takes any certificate." : "";
    said.push(`${failed} of ${iterations} connections failed: ${where.join(", ")}.${hint}`);
  }
  if (refused > 0) {
    const codes = Object.keys(statuses).filter((status) => status !== "101");
    const hint = codes.some((code) => code === "401" || code === "403") ? " Give a key with --api-key." : "";
    said.push(
      `${refused} upgrades were refused (${codes.join(", ")}); the times of those answers are counted all the same.${hint}`,
    );
  }
  if (dns !== undefined && dns > guide.dns) {
    said.push(
      `DNS is slow: ${ms(dns)}, usual are 1–${guide.dns} ms. Look at the resolver, or cache its answers.`,
    );
  }
  if (tcp !== undefined) {
    const near = guide.tcp.find(({ upTo }) => tcp <= upTo);
    said.push(
      near === undefined
        ? `TCP is slow: ${ms(tcp)}, more than to any place on earth. Look at the network, a VPN or a proxy.`
        : `TCP takes ${ms(tcp)}: the server is ${near.where}.`,
    );
    if (tls !== undefined && tls > guide.tls.byTcp * tcp + guide.tls.computing) {
      said.push(`TLS is slow: ${ms(tls)}, usual is once to twice TCP. Look for a proxy that opens TLS.`);
    }
    if (answer !== undefined && answer > tcp + guide.upgrade.tooMuchOverTcp) {
      said.push(
        `The answer is slow: ${ms(answer)}, usual is TCP and 50–${guide.upgrade.usualOverTcp} ms. Beyond TCP and ${guide.upgrade.tooMuchOverTcp} ms it is the server that takes its time.`,
      );
    }
  }
  return said;
}

function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}
