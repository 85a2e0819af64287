// Digests and UUIDs.
#include <array>

#include "base/hash_text.h"
#include "base/sha256.h"
#include "builder/hcl/functions.h"

namespace cooper::hcl {
namespace {

using base::HashName;

Node md5(Call& call) { return make_text(base::hash_hex(HashName::md5, call.text(0))); }
Node sha1(Call& call) { return make_text(base::hash_hex(HashName::sha1, call.text(0))); }
Node sha512(Call& call) { return make_text(base::hash_hex(HashName::sha512, call.text(0))); }
Node sha256(Call& call) { return make_text(base::sha256_hex(call.text(0))); }

Node refused(Call& call) {
  call.refuse("this function is not supported: bake files hold no secrets");
}

// The first 16 of `bytes` with the version's bits set.
std::string uuid_text(std::string bytes, unsigned version) {
  const auto set = [&bytes](std::size_t at, unsigned kept, unsigned bits) {
    const auto byte = static_cast<unsigned char>(bytes[at]);
    bytes[at] = static_cast<char>(static_cast<unsigned char>((byte & kept) | bits));
  };
  set(6, 0x0fU, version << 4U);
  set(8, 0x3fU, 0x80U);
  std::string text = base::to_hex({reinterpret_cast<const unsigned char*>(bytes.data()), 16});
  for (const std::size_t at : {20U, 16U, 12U, 8U}) text.insert(at, "-");
  return text;
}

// Each call takes other bytes of the same chance.
Node uuidv4(Call& call) {
  const std::string seed = call.facts().chance + "/" + std::to_string(call.next_chance());
  base::Sha256 hash;
  hash.update(seed);
  const base::Sha256Bytes bytes = hash.finish();
  return make_text(uuid_text({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, 4));
}

std::string name_space(Call& call) {
  std::string text = call.text(0);
  const std::string known = text == "dns"    ? "0"
                            : text == "url"  ? "1"
                            : text == "oid"  ? "2"
                            : text == "x500" ? "4"
                                             : "";
  if (!known.empty()) text = "6ba7b81" + known + "-9dad-11d1-80b4-00c04fd430c8";
  std::string bytes;
  std::string digits;
  for (const char c : text) {
    const char lower = static_cast<char>(c | 0x20);
    if (c == '-') continue;
    if (!(c >= '0' && c <= '9') && !(lower >= 'a' && lower <= 'f'))
      call.fail("argument 1 must be a UUID, or dns, url, oid or x500");
    digits += lower;
  }
  if (digits.size() != 32) call.fail("argument 1 must be a UUID, or dns, url, oid or x500");
  for (std::size_t at = 0; at < 32; at += 2) {
    const auto value = [&digits](std::size_t digit) {
      const char c = digits[digit];
      return c >= 'a' ? c - 'a' + 10 : c - '0';
    };
    bytes += static_cast<char>(static_cast<unsigned char>(value(at) * 16 + value(at + 1)));
  }
  return bytes;
}

Node uuidv5(Call& call) {
  return make_text(uuid_text(base::hash_bytes(HashName::sha1, name_space(call) + call.text(1)), 5));
}

}  // namespace

FunctionTable hash_functions() {
  return {{"md5", {1, 1, md5}},       {"sha1", {1, 1, sha1}},      {"sha256", {1, 1, sha256}},
          {"sha512", {1, 1, sha512}}, {"bcrypt", {1, 2, refused}}, {"rsadecrypt", {2, 2, refused}},
          {"uuidv4", {0, 0, uuidv4}}, {"uuidv5", {2, 2, uuidv5}}};
}

}  // namespace cooper::hcl
