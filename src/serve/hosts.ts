/**
 * Who may ask. A page of any site can make its visitor's browser ask a server on 127.0.0.1, under a name that it lets point
 * there (DNS rebinding): so the name that was asked for must be one that is meant, and what a page of another site sends is
 * refused. Names are compared whole, before anything else is looked at.
 */
import type { IncomingMessage } from "node:http";
import { isIPv6 } from "node:net";
import { networkInterfaces } from "node:os";
import { check } from "../base/given.js";

/** "[::1]:8080" as "[::1]"; null for what is no host and port. */
function nameOf(host: string): string | null {
  return /^(\[[0-9a-f:.]+\]|[^:/@[\]\s]+)(?::\d{1,5})?$/i.exec(host)?.[1].toLowerCase() ?? null;
}

/** As it stands in a request: "::1" as "[::1]". */
const asAsked = (host: string): string => {
  const bare = unbracketed(host).split("%")[0].toLowerCase();
  return isIPv6(bare) ? `[${bare}]` : bare;
};

/** As one listens on it: "[::1]" as "::1". */
export const unbracketed = (host: string): string => host.replace(/^\[(.*)\]$/, "$1");

/** Of `--allow-host`: with a port or as a pattern it would never be met. */
export const aHostName = check(
  "the name of a host, without a port",
  (value) => typeof value === "string" && nameOf(asAsked(value)) === asAsked(value) && !value.includes("*"),
);

const listensEverywhere = (host: string): boolean => host === "0.0.0.0" || host === "::";
const ownAddresses = () => Object.values(networkInterfaces()).flatMap((list) => list ?? []);

/** Where other devices of the network find a server that listens everywhere: "0.0.0.0" is no address to them. */
export const addressesOutside = (host: string, port: number): string[] =>
  listensEverywhere(host)
    ? ownAddresses()
        .filter(({ family, internal }) => family === "IPv4" && !internal)
        .map(({ address }) => `http://${address}:${port}`)
    : [];

/** The names under which a server that listens on `host` may be asked. One that listens everywhere has its machine's addresses. */
export function allowedHosts(host: string, more: readonly string[]): ReadonlySet<string> {
  const own = listensEverywhere(host) ? ownAddresses() : [];
  const names = ["localhost", "127.0.0.1", "::1", host, ...more, ...own.map(({ address }) => address)];
  return new Set(names.map(asAsked));
}

/** What a request asks for. A client that takes the server for a proxy names the host in its target too. */
export interface Target {
  readonly path: string;
  readonly query: string;
  readonly hosts: readonly string[];
}

/** Of "/predict?prepare=mnist" or "http://127.0.0.1:8080/predict". */
export function targetOf({ url = "", headersDistinct }: IncomingMessage): Target {
  const [, authority, rest = url] = /^https?:\/\/([^/?]*)(.*)$/i.exec(url) ?? [];
  const [path, ...query] = rest.split("?");
  const hosts = headersDistinct["host"] ?? [];
  return { path: path || "/", query: query.join("?"), hosts: authority === undefined ? hosts : [...hosts, authority] };
}

/** Each name that it was asked under must be one that is meant: of two, whoever stands between may have read the other. */
export function areAllowedHosts(hosts: readonly string[], allowed: ReadonlySet<string>): boolean {
  return hosts.length > 0 && hosts.every((host) => allowed.has(nameOf(host) ?? ""));
}

/** A browser names the page that a POST comes from; only one of this very server may send. Programs name none. */
export function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  const own = /^https?:\/\/(.+)$/i.exec(origin)?.[1];
  return own !== undefined && host !== undefined && own.toLowerCase() === host.toLowerCase();
}
