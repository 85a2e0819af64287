// The state of one blob upload: session address, offset, chunk size. Part of blob_upload.cc.
#pragma once

#include <optional>

#include "registry/blob_upload.h"

namespace cooper::registry {

class UploadSession {
 public:
  UploadSession(const Repository& repository, const BlobContent& content,
                const UploadOptions& options, std::stop_token stop);

  // Asks the registry to take the blob from `from`; true if it did, else the answer may have opened
  // a session.
  [[nodiscard]] bool try_mount(const std::string& from);
  // Sends everything. Throws base::Error.
  void send_all();

 private:
  enum class Step { done, again };

  void begin();
  void open_session(const http::Request& request, const http::Response& response);
  [[nodiscard]] Step send_chunk();
  [[nodiscard]] Step commit(bool with_body);
  [[nodiscard]] Step judge_chunk(const http::Request& request, const http::Response& response,
                                 std::uint64_t length, http::Clock::TimePoint started);
  [[nodiscard]] Step judge_commit(const http::Request& request, const http::Response& response,
                                  bool with_body);
  void recover_chunk(const http::Request& request, const http::Response* response);
  void break_up();
  void wait_or_throw(const base::Error& error, const http::Response* response);
  void restart();
  [[nodiscard]] bool resume();
  void adapt(http::Clock::TimePoint started);
  void check_own_bytes() const;
  [[nodiscard]] http::Request session_request(const std::string& method) const;
  [[nodiscard]] http::Body slice(std::uint64_t length) const;
  [[nodiscard]] std::string name() const;

  const Repository& repository_;
  const BlobContent& content_;
  const UploadOptions& options_;
  std::stop_token stop_;
  http::RetryBudget budget_;
  std::optional<http::Url> location_;
  std::uint64_t offset_ = 0;  // acknowledged by the registry
  std::uint64_t chunk_;
  std::uint64_t smallest_;
  bool in_pieces_;
  bool resumed_ = false;  // since the last progress
  int refused_digests_ = 0;
};

}  // namespace cooper::registry
