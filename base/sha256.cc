#include "base/sha256.h"

#include <openssl/evp.h>

#include <new>

#include "base/error.h"
#include "base/source.h"

namespace cooper::base {

struct Sha256::Context {
  EVP_MD_CTX* evp = EVP_MD_CTX_new();
  ~Context() { EVP_MD_CTX_free(evp); }
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  void begin() const {
    if (evp == nullptr) throw std::bad_alloc();
    if (EVP_DigestInit_ex(evp, EVP_sha256(), nullptr) != 1) {
      throw Error(ErrorKind::failure, "start SHA-256", "", "the OpenSSL library refused");
    }
  }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) { context_->begin(); }
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::span<const std::byte> bytes) {
  EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size());
}

void Sha256::update(std::string_view text) { update(as_bytes(text)); }

Sha256Bytes Sha256::finish() {
  Sha256Bytes out{};
  EVP_DigestFinal_ex(context_->evp, out.data(), nullptr);
  context_->begin();
  return out;
}

std::string to_hex(std::span<const unsigned char> bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out(bytes.size() * 2, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    out[2 * i] = kDigits[bytes[i] >> 4];
    out[2 * i + 1] = kDigits[bytes[i] & 15];
  }
  return out;
}

std::string sha256_hex(std::string_view text) {
  Sha256 hash;
  hash.update(text);
  return to_hex(hash.finish());
}

}  // namespace cooper::base
