// One registry host: sends requests with the right authorization. Thread-safe.
//
// A 401 is answered by at most one new authorization per request; a second 401 is final and
// explained. Credentials go to the host they were configured for and to the token realms that
// realm_policy.h allows; nothing follows a redirect.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "registry/blob_places.h"
#include "registry/challenge.h"
#include "registry/credentials.h"
#include "registry/http/clock.h"
#include "registry/http/transport.h"
#include "registry/realm_policy.h"
#include "registry/scope.h"

namespace cooper::registry {

class Host {
 public:
  // `name` as in references; `transport` retries already.
  Host(std::string name, http::Url endpoint, std::shared_ptr<http::Transport> transport,
       std::shared_ptr<http::Clock> clock, std::shared_ptr<CredentialStore> credentials,
       AllowedRealms realms);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const http::Url& endpoint() const noexcept { return endpoint_; }
  [[nodiscard]] http::Clock& clock() const noexcept { return *clock_; }
  [[nodiscard]] http::Url url(const std::string& path) const;  // below the endpoint
  [[nodiscard]] BlobPlaces& places() noexcept { return places_; }
  // Known from the first 401 on, which Gitea always gives.
  [[nodiscard]] bool is_gitea() const noexcept { return gitea_; }

  // GET and HEAD follow redirects. Returns every status but 401, which throws Error(denied).
  [[nodiscard]] http::Response send(http::Request request, const Scope& scope);

  // What the Location of an upload means; Error(denied) when it is another origin: no byte goes
  // there.
  [[nodiscard]] http::Url upload_location(const http::Request& request,
                                          const http::Response& response) const;

 private:
  struct Authorization {
    std::string header;  // empty: none
    std::optional<http::Clock::TimePoint> refresh_at;
    bool operator==(const Authorization&) const = default;
  };

  [[nodiscard]] http::Response send_once(http::Request& request,
                                         const Authorization& authorization);
  [[nodiscard]] Authorization current(const Scope& scope, const std::stop_token& stop);
  [[nodiscard]] Authorization renew(const Scope& scope, const std::vector<Challenge>& challenges,
                                    const Authorization& refused, const std::stop_token& stop);
  [[nodiscard]] Authorization obtain(const Scope& scope, const std::stop_token& stop);
  [[nodiscard]] Authorization obtain_token(const Scope& scope, const http::Url& realm,
                                           const std::string& service,
                                           const std::optional<Credential>& credential,
                                           const std::stop_token& stop);
  [[nodiscard]] bool gave_token();
  [[noreturn]] void explain_refusal(const http::Request& request, const http::Response& response,
                                    const Scope& scope);

  std::string name_;
  http::Url endpoint_;
  std::shared_ptr<http::Transport> transport_;
  std::shared_ptr<http::Clock> clock_;
  std::shared_ptr<CredentialStore> credentials_;
  AllowedRealms realms_;
  BlobPlaces places_;
  std::atomic<bool> gitea_ = false;

  std::mutex mutex_;                   // guards what follows; held while a token is fetched
  std::vector<Challenge> challenges_;  // the last that the host sent
  std::map<std::string, Authorization> authorizations_;  // by scope
};

}  // namespace cooper::registry
