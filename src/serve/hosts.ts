/**
 * Who may ask. A page of any site can make its visitor's browser ask a server on 127.0.0.1, under a name that it lets point
 * there (DNS rebinding): so the name that was asked for must be one that is meant, and what a page of another site sends is
 * refused. Names are compared whole, before anything else is looked at.
 */
import { networkInterfaces } from "node:os";

/** "[::1]:8080" as "[::1]"; null for what is no host and port. */
function nameOf(host: string): string | null {
  return /^(\[[0-9a-f:.]+\]|[^:/@[\]\s]+)(?::\d{1,5})?$/i.exec(host)?.[1].toLowerCase() ?? null;
}

const bracketed = (address: string): string => (address.includes(":") ? `[${address.split("%")[0]}]` : address);

/** The names under which a server that listens on `host` may be asked. One that listens everywhere has its machine's addresses. */
export function allowedHosts(host: string, more: readonly string[]): ReadonlySet<string> {
  const everywhere = host === "0.0.0.0" || host === "::";
  const own = everywhere ? Object.values(networkInterfaces()).flatMap((list) => list ?? []) : [];
  const names = ["localhost", "127.0.0.1", "::1", host, ...more, ...own.map(({ address }) => address)];
  return new Set(names.map((name) => bracketed(name.replace(/^\[|\]$/g, "")).toLowerCase()));
}

export function isAllowedHost(host: string | undefined, allowed: ReadonlySet<string>): boolean {
  const name = host === undefined ? null : nameOf(host);
  return name !== null && allowed.has(name);
}

/** A browser names the page that a POST comes from; only one of this very server may send. Programs name none. */
export function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  const own = /^https?:\/\/(.+)$/i.exec(origin)?.[1];
  return own !== undefined && host !== undefined && own.toLowerCase() === host.toLowerCase();
}
