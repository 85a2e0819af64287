#include "registry/token.h"

#include "base/base64.h"
#include "base/within_limit.h"
#include "registry/registry_error.h"

namespace cooper::registry {
namespace {

http::Request get_request(const TokenRequest& wanted) {
  http::Request request;
  request.url = wanted.realm;
  request.url.userinfo.clear();
  if (!wanted.service.empty()) http::add_query(request.url, "service", wanted.service);
  for (const std::string& scope : wanted.scopes) http::add_query(request.url, "scope", scope);
  if (wanted.credential) {
    if (!wanted.credential->username.empty())
      http::add_query(request.url, "account", wanted.credential->username);
    request.headers.set("Authorization", basic_authorization(*wanted.credential));
  }
  return request;
}

http::Request refresh_request(const TokenRequest& wanted) {
  http::Request request;
  request.method = "POST";
  request.url = wanted.realm;
  http::Url form;  // a form body is written as a query is
  http::add_query(form, "grant_type", "refresh_token");
  http::add_query(form, "service", wanted.service);
  http::add_query(form, "client_id", "cooper");
  std::string scopes;
  for (const std::string& scope : wanted.scopes) scopes += (scopes.empty() ? "" : " ") + scope;
  http::add_query(form, "scope", scopes);
  http::add_query(form, "refresh_token", wanted.credential->identity_token);
  request.headers.set("Content-Type", "application/x-www-form-urlencoded");
  request.body = http::text_body(form.query);
  return request;
}

}  // namespace

std::string basic_authorization(const Credential& credential) {
  return "Basic " + base::encode_base64(credential.username + ":" + credential.password);
}

Token fetch_token(http::Transport& transport, const TokenRequest& wanted) {
  const bool refresh = wanted.credential && !wanted.credential->identity_token.empty();
  http::Request request = refresh ? refresh_request(wanted) : get_request(wanted);
  request.body_limit = base::limit_of(base::Limit::token_bytes);
  request.stop = wanted.stop;
  const http::Response response = base::within(
      base::Limit::token_bytes, [&](std::uint64_t) { return transport.send(request); });
  if (response.status == 200) return parse_token_reply(response.body, http::redacted(request.url));
  base::Error error =
      registry_error("get a token from", http::origin(wanted.realm), request, response);
  if (wanted.credential && (response.status == 401 || response.status == 403)) {
    const std::string who = wanted.credential->username.empty()
                                ? "the identity token"
                                : "user '" + wanted.credential->username + "'";
    error.with_hint(
        "the credentials of " + who + " from " + wanted.credential->origin +
        " were refused: wrong or expired (Gitea: or a token without a scope of packages)");
  }
  throw error;
}

}  // namespace cooper::registry
