#include "builder/context/remote_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "base/error.h"
#include "base/file_at.h"
#include "base/percent.h"
#include "base/sink.h"
#include "base/utf8.h"
#include "base/within_limit.h"
#include "oci/digest.h"
#include "registry/http/download.h"
#include "registry/http/http_date.h"

namespace cooper::context {
namespace {

constexpr std::string_view kDefaultName = "__unnamed__";
constexpr std::size_t kMaxName = 255;

bool is_safe_name(std::string_view name) {
  if (name.empty() || name == "." || name == ".." || name.size() > kMaxName) return false;
  if (name.starts_with(".wh.") || !base::is_valid_utf8(name)) return false;
  for (char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '/' || byte < 0x20 || byte == 0x7f) return false;
  }
  return true;
}

class HttpFetcher final : public RemoteFetcher {
 public:
  HttpFetcher(http::Transport& transport, const store::Store& store,
              const HttpFetcherOptions& options)
      : transport_(transport), store_(store), options_(options) {}

  [[nodiscard]] RemoteFile fetch(const std::string& url, const std::string& checksum,
                                 const std::string& authorization, std::stop_token stop) override;

 private:
  [[nodiscard]] base::Fd new_temp_file() const {
    const store::TempDirectory directory = store_.new_temp_directory();
    base::Fd file = base::open_at(directory.fd(), "download", O_RDWR | O_CREAT | O_EXCL, 0600);
    if (::unlinkat(directory.fd(), "download", 0) != 0)
      base::throw_errno("unlink", directory.path());
    return file;
  }

  http::Transport& transport_;
  const store::Store& store_;
  HttpFetcherOptions options_;
};

RemoteFile HttpFetcher::fetch(const std::string& url, const std::string& checksum,
                              const std::string& authorization, std::stop_token stop) {
  const http::Url parsed = http::parse_url(url);
  std::optional<oci::Digest> expected;
  if (!checksum.empty()) {
    expected = oci::Digest::try_parse(checksum);
    if (!expected) {
      throw base::Error(base::ErrorKind::usage, "check", checksum,
                        "a checksum is \"sha256:\" and 64 lower-case hexadecimal digits");
    }
  }
  RemoteFile file;
  file.content = new_temp_file();
  base::FdSink sink(file.content.duplicate(), store_.path());
  http::DownloadOptions options;
  options.limit = options_.limit;
  options.public_addresses_only = options_.public_addresses_only;
  options.stop = std::move(stop);
  if (!authorization.empty()) options.headers.set("Authorization", authorization);
  const http::Download download = base::within(base::Limit::download_bytes, [&](std::uint64_t) {
    return http::download(transport_, parsed, sink, options);
  });
  sink.finish();
  file.size = download.size;
  file.digest = download.sha256;
  const oci::Digest got = oci::Digest::from_sha256(file.digest);
  if (expected && got != *expected) {
    throw base::Error(base::ErrorKind::corrupt, "download", http::redacted(parsed),
                      "its checksum is " + got.to_string() + ", not " + expected->to_string());
  }
  // The name is the asked URL's, not a redirect's: whoever answers does not choose it.
  file.name = remote_file_name(parsed.path);
  if (const auto date = download.headers.find("Last-Modified"))
    file.last_modified = http::try_parse_date(*date);
  if (::lseek(file.content.get(), 0, SEEK_SET) != 0) base::throw_errno("rewind", "download");
  return file;
}

}  // namespace

std::unique_ptr<RemoteFetcher> make_http_fetcher(http::Transport& transport,
                                                 const store::Store& store,
                                                 const HttpFetcherOptions& options) {
  return std::make_unique<HttpFetcher>(transport, store, options);
}

std::string authorization_for(
    const std::string& url,
    const std::function<std::optional<std::string>(const std::string& id)>& secret) {
  const auto parsed = http::try_parse_url(url);
  if (!secret || !parsed) return {};
  const auto trimmed = [](std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    return text;
  };
  for (const std::string& host : {http::authority(*parsed), parsed->host}) {
    if (const auto header = secret("HTTP_AUTH_HEADER_" + host)) return trimmed(*header);
    if (const auto token = secret("HTTP_AUTH_TOKEN_" + host)) return "Bearer " + trimmed(*token);
  }
  return {};
}

std::string remote_file_name(std::string_view url_path) {
  const std::size_t slash = url_path.rfind('/');
  std::string name = base::percent_decoded(
      slash == std::string_view::npos ? url_path : url_path.substr(slash + 1));
  return is_safe_name(name) ? name : std::string(kDefaultName);
}

}  // namespace cooper::context
