#include "base/hash_text.h"

#include <openssl/evp.h>

#include <array>

#include "base/error.h"
#include "base/sha256.h"

namespace cooper::base {
namespace {

const EVP_MD* algorithm(HashName name) {
  switch (name) {
    case HashName::md5: return EVP_md5();
    case HashName::sha1: return EVP_sha1();
    case HashName::sha512: return EVP_sha512();
  }
  return nullptr;
}

}  // namespace

std::string hash_bytes(HashName name, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned length = 0;
  if (EVP_Digest(text.data(), text.size(), bytes.data(), &length, algorithm(name), nullptr) != 1)
    throw Error(ErrorKind::failure, "compute digest", {}, "OpenSSL does not have the algorithm");
  return {reinterpret_cast<const char*>(bytes.data()), length};
}

std::string hash_hex(HashName name, std::string_view text) {
  const std::string bytes = hash_bytes(name, text);
  return to_hex({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
}

}  // namespace cooper::base
