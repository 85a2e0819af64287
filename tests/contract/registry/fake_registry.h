// A registry in memory, spoken to through the Transport interface: what the unit tests use instead
// of a server. It passes the same contract suite as a real one, and can play faults.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "registry/http/transport.h"

namespace cooper::test {

class FakeRegistry final : public http::Transport {
 public:
  struct Stored {
    std::string media_type;
    std::string bytes;
  };
  struct Repository {
    std::map<std::string, std::string> blobs;  // digest -> bytes
    std::map<std::string, Stored> manifests;   // digest -> document
    std::map<std::string, std::string> tags;   // tag -> digest
  };
  struct Upload {
    std::string repository;
    std::string received;
    bool poisoned = false;
  };

  // --- behaviour
  enum class Auth { none, basic, token };
  Auth auth = Auth::none;
  std::string user = "cooper", password = "staves";
  std::string realm;          // of the token challenge; default: the host's own /token
  bool write_allowed = true;  // else a push gets 401 whatever the token is
  // Sessions that broke are poisoned; tags may be deleted, and are in lower case; endless next
  // links.
  bool gitea = false;
  int gitea_version = 12703;  // 1.27.3; older ones have their old bugs
  int lost_manifests =
      0;  // so many PUTs of manifests are rolled back; 1.25.0 to 1.25.2 say 201 then
  // Where tags cannot be deleted: what the answer is (distribution 2 says 400 or 405).
  int tag_deletion_refusal = 405;
  bool refuses_deletion = false;   // of everything, as docker-registry without delete.enabled
  std::size_t tag_page = 0;        // tags on a page; 0: all
  std::uint64_t largest_body = 0;  // a proxy's limit, answered with 413; 0: none
  // Called before each request: an answer to give instead, or a TransportError to throw.
  std::function<std::optional<http::Response>(const http::Request&, int number)> fault;
  // Called with each answer before it is given.
  std::function<void(const http::Request&, http::Response&)> tamper;
  // The next request with a body breaks after so many bytes of it.
  std::optional<std::uint64_t> break_body_after;

  void expire_tokens() { ++token_; }  // those given so far are refused from now on

  // --- what happened
  std::map<std::string, Repository> repositories;
  std::map<std::string, Upload> uploads;
  std::vector<std::string> log;                              // "PUT /v2/..."
  std::vector<http::Request> requests;                       // all of them
  [[nodiscard]] int count(const std::string& prefix) const;  // log lines that begin with it

  [[nodiscard]] http::Response send(const http::Request& request) override;

 private:
  http::Response answer(const http::Request& request);
  http::Response give_token(const http::Request& request);
  [[nodiscard]] std::optional<http::Response> refuse(const http::Request& request,
                                                     bool write) const;
  http::Response serve_blob(const http::Request& request, Repository& repository,
                            const std::string& digest);
  http::Response start_upload(const http::Request& request, const std::string& name);
  http::Response continue_upload(const http::Request& request, const std::string& id);
  http::Response finish_upload(const http::Request& request, const std::string& id);
  http::Response serve_manifest(const http::Request& request, Repository& repository,
                                std::string reference);
  http::Response put_manifest(const http::Request& request, Repository& repository,
                              const std::string& reference);
  http::Response delete_manifest(Repository& repository, const std::string& reference) const;
  http::Response list_tags(const http::Request& request, const std::string& name);
  [[nodiscard]] std::optional<http::Response> lose_manifest(const Repository& repository,
                                                            const std::string& tag,
                                                            const std::string& digest);
  [[nodiscard]] bool receive(const http::Request& request, std::string& into);
  http::Response deliver(const http::Request& request, http::Response response,
                         const std::string& body);

  std::mutex mutex_;
  int next_upload_ = 1;
  int token_ = 0;  // tokens are "good", then "good1", ...
  [[nodiscard]] std::string token() const {
    return token_ == 0 ? "good" : "good" + std::to_string(token_);
  }
};

// An answer with the distribution specification's error document.
[[nodiscard]] http::Response error_answer(int status, const std::string& code);

}  // namespace cooper::test
