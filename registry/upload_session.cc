#include "registry/upload_session.h"

#include <algorithm>
#include <charconv>

#include "registry/registry_error.h"

namespace cooper::registry {
namespace {

// `length` bytes of a blob.
class SliceSource final : public base::Source {
 public:
  SliceSource(std::unique_ptr<base::Source> inner, std::uint64_t offset, std::uint64_t length,
              std::function<void(std::uint64_t)> on_sent)
      : inner_(std::move(inner)), at_(offset), left_(length), on_sent_(std::move(on_sent)) {}

  std::size_t read(std::span<std::byte> buffer) override {
    if (left_ == 0) return 0;
    const std::size_t count =
        inner_->read(buffer.first(std::min<std::uint64_t>(buffer.size(), left_)));
    left_ -= count;
    at_ += count;
    if (on_sent_ && count > 0) on_sent_(at_);
    return count;
  }

 private:
  std::unique_ptr<base::Source> inner_;
  std::uint64_t at_;
  std::uint64_t left_;
  std::function<void(std::uint64_t)> on_sent_;
};

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "0-1023" or "bytes=0-1023" -> 1024.
std::optional<std::uint64_t> received_bytes(const http::Response& response) {
  const std::string range = response.headers.find("Range").value_or("");
  const std::size_t dash = range.rfind('-');
  if (dash == std::string::npos) return std::nullopt;
  const auto last = parse_number(std::string_view(range).substr(dash + 1));
  return last ? std::optional(*last + 1) : std::nullopt;
}

}  // namespace

UploadSession::UploadSession(const Repository& repository, const BlobContent& content,
                             const UploadOptions& options, std::stop_token stop)
    : repository_(repository),
      content_(content),
      options_(options),
      stop_(std::move(stop)),
      budget_(options.retry, repository.host().clock()),
      chunk_(options.first_chunk),
      smallest_(options.smallest_chunk),
      in_pieces_(content.descriptor.size > options.one_piece) {}

std::string UploadSession::name() const {
  return repository_.display_name() + "@" + content_.descriptor.digest.to_string();
}

bool UploadSession::try_mount(const std::string& from) {
  http::Request post = repository_.request("POST", "/blobs/uploads/", stop_);
  http::add_query(post.url, "mount", content_.descriptor.digest.to_string());
  http::add_query(post.url, "from", from);
  const http::Response response =
      repository_.host().send(post, Scope{repository_.name(), true, false, {from}});
  if (response.status == 201) return true;
  if (response.status == 202) open_session(post, response);
  return false;
}

void UploadSession::begin() {
  http::Request post = repository_.request("POST", "/blobs/uploads/", stop_);
  const http::Response response = repository_.send(post, true);
  if (response.status != 202) throw registry_error("start the upload of", name(), post, response);
  open_session(post, response);
}

void UploadSession::open_session(const http::Request& request, const http::Response& response) {
  location_ = repository_.host().upload_location(request, response);
  offset_ = 0;
  if (const auto minimum =
          parse_number(response.headers.find("OCI-Chunk-Min-Length").value_or(""))) {
    smallest_ = std::max(smallest_, std::min<std::uint64_t>(*minimum, std::uint64_t{5} << 30));
    chunk_ = std::max(chunk_, smallest_);
  }
}

void UploadSession::send_all() {
  for (;;) {
    if (!location_) begin();
    const std::uint64_t size = content_.descriptor.size;
    if (in_pieces_ && offset_ < size) {
      static_cast<void>(send_chunk());
    } else if (commit(!in_pieces_) == Step::done) {
      location_.reset();
      return;
    }
  }
}

http::Request UploadSession::session_request(const std::string& method) const {
  http::Request request;
  request.method = method;
  request.url = *location_;
  request.retry = http::Retry::never;  // repeated here, where the offset is known
  request.stop = stop_;
  return request;
}

http::Body UploadSession::slice(std::uint64_t length) const {
  const std::uint64_t offset = offset_;
  return http::Body{[this, offset, length]() -> std::unique_ptr<base::Source> {
                      return std::make_unique<SliceSource>(content_.open(offset), offset, length,
                                                           options_.on_sent);
                    },
                    length};
}

UploadSession::Step UploadSession::send_chunk() {
  const std::uint64_t length = std::min(chunk_, content_.descriptor.size - offset_);
  http::Request patch = session_request("PATCH");
  patch.headers.set("Content-Type", "application/octet-stream");
  patch.headers.set("Content-Range",
                    std::to_string(offset_) + "-" + std::to_string(offset_ + length - 1));
  patch.body = slice(length);
  patch.deadline = std::chrono::seconds(0);
  const http::Clock::TimePoint started = repository_.host().clock().now();
  try {
    return judge_chunk(patch, repository_.send(patch, true), length, started);
  } catch (const http::TransportError& error) {
    if (http::is_connect_failure(error.failure()) ? !budget_.wait_to_connect(stop_)
                                                  : !http::is_transient(error.failure())) {
      throw;
    }
    if (!http::is_connect_failure(error.failure())) wait_or_throw(error, nullptr);
  }
  recover_chunk(patch, nullptr);
  return Step::again;
}

UploadSession::Step UploadSession::judge_chunk(const http::Request& request,
                                               const http::Response& response, std::uint64_t length,
                                               http::Clock::TimePoint started) {
  if (response.status >= 200 && response.status < 300) {
    offset_ += length;
    location_ = repository_.host().upload_location(request, response);
    resumed_ = false;
    budget_.progress();
    adapt(started);
    return Step::done;
  }
  const base::Error error = registry_error("push blob", name(), request, response);
  const bool too_large = response.status == 413;
  const bool lost = response.status == 404 || response.status == 416;
  if (too_large && length <= smallest_) throw error;
  const bool hopeless = !http::is_transient_status(response.status) || says_disk_full(response);
  if (!too_large && !lost && hopeless) throw error;
  if (!too_large) wait_or_throw(error, &response);
  recover_chunk(request, &response);
  return Step::again;
}

// After a chunk that did not arrive: smaller chunks, and on from where the registry stands, or
// anew.
void UploadSession::recover_chunk(const http::Request&, const http::Response* response) {
  chunk_ = std::max(smallest_, chunk_ / 2);
  const bool session_is_lost =
      response != nullptr && (response->status == 404 || response->status == 416);
  if (session_is_lost || !resume()) restart();
}

bool UploadSession::resume() {
  if (resumed_ || offset_ == 0 || repository_.host().is_gitea()) return false;
  resumed_ = true;
  try {
    const http::Response response = repository_.send(session_request("GET"), true);
    const std::optional<std::uint64_t> received = received_bytes(response);
    if (response.status != 204 || !received) return false;
    if (*received < offset_ || *received > content_.descriptor.size) return false;
    offset_ = *received;
    if (response.headers.find("Location")) {
      location_ = repository_.host().upload_location(session_request("GET"), response);
    }
    return true;
  } catch (const http::TransportError&) {
    return false;
  }
}

// A new session is needed. The old one is given up politely; that it fails does not matter.
void UploadSession::restart() {
  try {
    static_cast<void>(repository_.send(session_request("DELETE"), true));
  } catch (const http::TransportError&) {
  }
  location_.reset();
  offset_ = 0;
}

// A body in one piece did not get through: a proxy may allow less, or less time. In chunks from
// now.
void UploadSession::break_up() {
  const std::uint64_t size = content_.descriptor.size;
  if (in_pieces_ || size <= smallest_) return;
  in_pieces_ = true;
  chunk_ = std::max(smallest_, std::min(chunk_, size) / 2);
}

void UploadSession::wait_or_throw(const base::Error& error, const http::Response* response) {
  if (options_.on_trouble && (response == nullptr || response->status >= 500))
    options_.on_trouble();
  const auto told = response != nullptr
                        ? http::retry_after(*response, repository_.host().clock().unix_seconds())
                        : std::nullopt;
  if (!budget_.wait(stop_, told)) throw error;
}

void UploadSession::adapt(http::Clock::TimePoint started) {
  const auto took = repository_.host().clock().now() - started;
  if (took * 4 < options_.chunk_time) {
    chunk_ = std::min(chunk_ * 2, std::max(options_.largest_chunk, smallest_));
  } else if (took > options_.chunk_time) {
    chunk_ = std::max(chunk_ / 2, smallest_);
  }
}

UploadSession::Step UploadSession::commit(bool with_body) {
  http::Request put = session_request("PUT");
  http::add_query(put.url, "digest", content_.descriptor.digest.to_string());
  put.headers.set("Content-Type", "application/octet-stream");
  if (with_body) put.body = slice(content_.descriptor.size);
  // The registry may hash and move the whole blob before it answers.
  put.idle_timeout += std::chrono::seconds(content_.descriptor.size / 20'000'000);
  put.deadline = std::chrono::seconds(0);
  try {
    return judge_commit(put, repository_.send(put, true), with_body);
  } catch (const http::TransportError& error) {
    if (!http::is_transient(error.failure()) && !http::is_connect_failure(error.failure())) throw;
    wait_or_throw(error, nullptr);
  }
  if (repository_.has_blob(content_.descriptor, stop_))
    return Step::done;  // only the answer was lost
  if (with_body) {
    break_up();
    restart();
  }
  return Step::again;
}

UploadSession::Step UploadSession::judge_commit(const http::Request& request,
                                                const http::Response& response, bool with_body) {
  if (response.status >= 200 && response.status < 300) return Step::done;
  const base::Error error = registry_error("push blob", name(), request, response);
  if (response.status == 400 && has_error_code(response.body, "DIGEST_INVALID")) {
    check_own_bytes();
    if (++refused_digests_ > 1) throw error;
    restart();
    return Step::again;
  }
  if (response.status == 413 && with_body && content_.descriptor.size > smallest_) {
    break_up();
    restart();
    return Step::again;
  }
  const bool lost = response.status == 404 || response.status == 416;
  const bool hopeless = !http::is_transient_status(response.status) || says_disk_full(response);
  if (!lost && hopeless) throw error;
  wait_or_throw(error, &response);
  if (repository_.has_blob(content_.descriptor, stop_)) return Step::done;
  if (with_body) break_up();
  if (with_body || lost || resumed_ || repository_.host().is_gitea()) restart();
  resumed_ = true;  // the same session gets one more chance
  return Step::again;
}

// The registry says the digest is wrong: is it our copy or was it the way?
void UploadSession::check_own_bytes() const {
  const std::unique_ptr<base::Source> source = content_.open(0);
  base::Sha256 hash;
  std::vector<std::byte> buffer(256 * 1024);
  while (const std::size_t count = source->read(buffer)) hash.update({buffer.data(), count});
  const oci::Digest digest = oci::Digest::from_sha256(hash.finish());
  if (digest != content_.descriptor.digest) {
    throw base::Error(base::ErrorKind::corrupt, "push blob", name(),
                      "the local copy is damaged: its bytes have digest " + digest.to_string());
  }
}

}  // namespace cooper::registry
