#include "registry/host.h"

#include <algorithm>

#include "registry/http/redirect.h"
#include "registry/registry_error.h"
#include "registry/token.h"

namespace cooper::registry {
namespace {

std::string key_of(const Scope& scope) {
  std::string key;
  for (const std::string& text : scope.texts()) key += text + "\n";
  return key;
}

std::string parameter(const Challenge& challenge, const std::string& name) {
  const auto found = challenge.params.find(name);
  return found == challenge.params.end() ? std::string() : found->second;
}

bool is_of_gitea(const Challenge& challenge) {
  return parameter(challenge, "service") == "container_registry" ||
         parameter(challenge, "realm").starts_with("Gitea ");
}

}  // namespace

Host::Host(std::string name, http::Url endpoint, std::shared_ptr<http::Transport> transport,
           std::shared_ptr<http::Clock> clock, std::shared_ptr<CredentialStore> credentials,
           AllowedRealms realms)
    : name_(std::move(name)),
      endpoint_(std::move(endpoint)),
      transport_(std::move(transport)),
      clock_(std::move(clock)),
      credentials_(std::move(credentials)),
      realms_(std::move(realms)) {}

http::Url Host::url(const std::string& path) const {
  http::Url out = endpoint_;
  out.path = path;
  return out;
}

http::Response Host::send(http::Request request, const Scope& scope) {
  const Authorization first = current(scope, request.stop);
  http::Response response = send_once(request, first);
  if (response.status != 401) return response;
  const Authorization second = renew(scope, challenges_of(response.headers), first, request.stop);
  if (!second.header.empty() && !(second == first)) response = send_once(request, second);
  if (response.status == 401) explain_refusal(request, response, scope);
  return response;
}

http::Response Host::send_once(http::Request& request, const Authorization& authorization) {
  request.headers.remove("Authorization");
  if (!authorization.header.empty() && http::same_origin(request.url, endpoint_)) {
    request.headers.set("Authorization", authorization.header);
  }
  if (request.method != "GET" && request.method != "HEAD") return transport_->send(request);
  http::Url last;
  http::Response response = http::send_following(*transport_, request, &last);
  if (response.status == 401 && !http::same_origin(last, endpoint_)) {
    throw base::Error(base::ErrorKind::denied, request.method, http::redacted(request.url),
                      "redirected to " + http::origin(last) +
                          ", which asks for credentials; none are sent there");
  }
  return response;
}

Host::Authorization Host::current(const Scope& scope, const std::stop_token& stop) {
  const std::lock_guard lock(mutex_);
  const auto found = authorizations_.find(key_of(scope));
  if (found != authorizations_.end()) {
    const auto& refresh_at = found->second.refresh_at;
    if (!refresh_at || clock_->now() < *refresh_at) return found->second;
  }
  if (challenges_.empty()) return {};
  return authorizations_[key_of(scope)] = obtain(scope, stop);
}

Host::Authorization Host::renew(const Scope& scope, const std::vector<Challenge>& challenges,
                                const Authorization& refused, const std::stop_token& stop) {
  const std::lock_guard lock(mutex_);
  if (!challenges.empty() &&
      (challenges_.empty() || find_challenge(challenges, "bearer") != nullptr)) {
    challenges_ = challenges;
  }
  if (std::ranges::any_of(challenges, is_of_gitea)) gitea_ = true;
  const auto found = authorizations_.find(key_of(scope));
  const bool renewed_by_another = found != authorizations_.end() && !(found->second == refused);
  if (renewed_by_another) return found->second;
  return authorizations_[key_of(scope)] = obtain(scope, stop);
}

// Caller holds the mutex.
Host::Authorization Host::obtain(const Scope& scope, const std::stop_token& stop) {
  const std::optional<Credential> credential = credentials_->find(name_, scope.repository);
  const Challenge* const basic = find_challenge(challenges_, "basic");
  const bool can_basic = basic != nullptr && credential && !credential->password.empty();
  const Challenge* const bearer = find_challenge(challenges_, "bearer");
  if (bearer == nullptr)
    return {can_basic ? basic_authorization(*credential) : std::string(), std::nullopt};

  const std::string said = parameter(*bearer, "realm");
  const std::optional<http::Url> realm = http::try_parse_url(said);
  const RealmVerdict verdict =
      realm ? judge_realm(endpoint_, name_, *realm, credential.has_value(), realms_)
            : RealmVerdict{false, "it is no http or https URL"};
  if (!verdict.allowed) {
    if (can_basic)
      return {basic_authorization(*credential), std::nullopt};  // the host itself offers it
    base::Error error(base::ErrorKind::denied, "log in at", name_,
                      "it names the token server " + (realm ? http::origin(*realm) : said) + ": " +
                          verdict.reason);
    if (realm && realm->host == endpoint_.host) {
      error.with_hint(
          "behind a proxy the registry must know its public address (Gitea: ROOT_URL, and "
          "X-Forwarded-Proto set by the proxy)");
    } else if (realm) {
      error.with_hint("if that is right, allow it: --auth-realm " + name_ + "=" +
                      http::origin(*realm));
    }
    throw error;
  }
  return obtain_token(scope, *realm, parameter(*bearer, "service"), credential, stop);
}

Host::Authorization Host::obtain_token(const Scope& scope, const http::Url& realm,
                                       const std::string& service,
                                       const std::optional<Credential>& credential,
                                       const std::stop_token& stop) {
  TokenRequest wanted{realm, service, scope.texts(), credential, stop};
  const http::Clock::TimePoint asked = clock_->now();
  const Token token = fetch_token(*transport_, wanted);
  Authorization out{"Bearer " + token.text, std::nullopt};
  if (token.lifetime) out.refresh_at = asked + *token.lifetime * 4 / 5;
  return out;
}

// Whether it had us log in at a token server, which a wrong password does not come past.
bool Host::gave_token() {
  const std::lock_guard lock(mutex_);
  return find_challenge(challenges_, "bearer") != nullptr;
}

void Host::explain_refusal(const http::Request& request, const http::Response& response,
                           const Scope& scope) {
  const std::string what = scope.push ? "push to" : scope.remove ? "delete from" : "pull from";
  base::Error error = registry_error(what, name_ + "/" + scope.repository, request, response);
  const std::optional<Credential> credential = credentials_->find(name_, scope.repository);
  if (!credential) {
    error.with_hint("there are no credentials for " + name_ + " in " + credentials_->describe() +
                    "; log in with: cooper login " + name_);
  } else {
    error.with_hint(
        "the credentials of '" + credential->username + "' from " + credential->origin +
        (gave_token() ? " are right, but have no permission"
                      : " are wrong, expired, or have no permission") +
        (scope.push ? " to write (Gitea: the token needs write:package, the user package write)"
                    : ""));
  }
  throw error;
}

http::Url Host::upload_location(const http::Request& request,
                                const http::Response& response) const {
  const std::optional<std::string> location = response.headers.find("Location");
  if (!location) {
    throw base::Error(base::ErrorKind::network, request.method, http::redacted(request.url),
                      "the answer to an upload has no Location");
  }
  http::Url url = http::resolve(request.url, *location);
  if (!http::same_origin(url, endpoint_)) {
    throw base::Error(base::ErrorKind::denied, "upload to", http::redacted(request.url),
                      "the registry sends the upload to another origin, " + http::origin(url) +
                          "; nothing was sent")
        .with_hint(
            "behind a proxy the registry must know its public address (Gitea: ROOT_URL, "
            "X-Forwarded-Proto)");
  }
  url.userinfo.clear();
  return url;
}

}  // namespace cooper::registry
