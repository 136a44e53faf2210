/** Runs in the page. Tries what its policy forbids; tells what was refused, and whether foreign code ran all the same. */
export async function tryForbidden(): Promise<{ refused: string[]; pwned: boolean }> {
  const refusal = (): Promise<string> =>
    new Promise((resolve) => {
      const heard = ({ effectiveDirective }: SecurityPolicyViolationEvent): void => resolve(effectiveDirective);
      document.addEventListener("securitypolicyviolation", heard, { once: true });
    });
  const refused: string[] = [];
  for (const attempt of [
    () => void fetch("http://127.0.0.1:9/").catch(() => undefined),
    () => {
      new Image().src = "http://127.0.0.1:9/x.png";
    },
    () => {
      const script = document.createElement("script");
      script.textContent = "window.pwned = 1";
      document.body.append(script);
    },
    () => document.body.setAttribute("onclick", "window.pwned = 1"),
  ]) {
    const heard = refusal();
    attempt();
    refused.push(await heard);
  }
  document.body.click();
  return { refused, pwned: "pwned" in window };
}
