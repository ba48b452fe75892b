// An OpenID Connect provider on loopback whose visitors say yes to everything. Tests start it:
//   node provider.mjs REDIRECT_URI  → prints its address; POST /mood {"acr": …, "account": …} says who signs in next.
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const [redirect] = process.argv.slice(2);
const mood = { acr: "high", account: "ada" };
const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: "town", client_secret: "only for tests", redirect_uris: [redirect], post_logout_redirect_uris: [new URL("/en", redirect).href] }],
    acrValues: ["low", "high"],
    claims: { openid: ["sub"], profile: ["name", "birthdate"], email: ["email"], phone: ["phone_number"], address: ["address"], national: ["national_id"] },
    scopes: ["openid", "profile", "email", "phone", "address", "national"],
    cookies: { keys: ["only for tests"] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({
        sub: id, name: "Ada Example", birthdate: "1990-02-28", email: "ada@example.test", phone_number: "555 0100",
        address: { formatted: "1 Harbour Street" }, national_id: "ZZ-0001",
      }),
    }),
  });
  const callback = provider.callback();
  server.on("request", async (request, response) => {
    if (request.url === "/mood") {
      let body = "";
      for await (const chunk of request) body += chunk;
      Object.assign(mood, JSON.parse(body));
      response.end("{}");
    } else if (request.url.startsWith("/interaction/")) {
      const { params } = await provider.interactionDetails(request, response);
      if (mood.account === "nobody") {
        await provider.interactionFinished(request, response, { error: "access_denied" });
        return;
      }
      const grant = new provider.Grant({ accountId: mood.account, clientId: params.client_id });
      grant.addOIDCScope(params.scope);
      const result = { login: { accountId: mood.account, acr: mood.acr }, consent: { grantId: await grant.save() } };
      await provider.interactionFinished(request, response, result);
    } else {
      callback(request, response);
    }
  });
  console.log(issuer);
});
