#include "builder/layer/secret_scanner.h"

#include <doctest/doctest.h>

#include <random>

#include "base/base64.h"
#include "base/sink.h"
#include "builder/layer/secret_scan.h"
#include "layer_fixture.h"

namespace cooper::layer::test {
namespace {

using Secrets = std::map<std::string, std::string>;

std::shared_ptr<const SecretPatterns> patterns(const Secrets& secrets = {}) {
  return std::make_shared<const SecretPatterns>(secrets, "salt");
}

// What is found in one file that comes in pieces of `piece` bytes.
std::vector<SecretFinding> scan(const std::string& path, const std::string& text,
                                const Secrets& secrets = {}, std::size_t piece = 1U << 18) {
  SecretScanner scanner(patterns(secrets));
  scanner.begin(path);
  for (std::size_t at = 0; at < text.size(); at += piece)
    scanner.feed(base::as_bytes(std::string_view(text).substr(at, piece)));
  scanner.end();
  return scanner.findings();
}

std::string what(const std::string& path, const std::string& text, const Secrets& secrets = {}) {
  std::string all;
  for (const SecretFinding& one : scan(path, text, secrets)) {
    CHECK(one.path == path);
    all += (all.empty() ? "" : "; ") + one.what;
  }
  return all;
}

// Bytes that look like nothing known; tokens are put together here so that no file of this project
// looks like one.
std::string letters(std::size_t count, unsigned seed = 1) {
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  std::mt19937 random(seed);
  std::string text;
  while (text.size() < count) text += kLetters[random() % kLetters.size()];
  return text;
}

std::string pem(const std::string& name, const std::string& body) {
  return "-----BEGIN " + name + "-----\n" + body + "\n-----END " + name + "-----\n";
}

TEST_CASE("tokens of a known shape are found") {
  CHECK(what("app/key.pem", "x\n" + pem("RSA PRIVATE KEY", letters(64))) == "a private key");
  CHECK(what("id", pem("OPENSSH PRIVATE KEY", letters(70))) == "a private key");
  CHECK(what("id", pem("RSA PRIVATE KEY", "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0011\n\n" +
                                              letters(64))) == "a private key");
  CHECK(what("gpg", pem("PGP PRIVATE KEY BLOCK", "\n" + letters(64))) == "a private key");
  CHECK(what("a", std::string("id = AK") + "IAABCDEFGHIJKLMN23\n") == "an AWS access key id");
  for (const char* kind : {"ghp", "gho", "ghu", "ghs", "ghr"})
    CHECK(what("a", "token=" + std::string(kind) + "_" + letters(36)) == "a GitHub token");
  CHECK(what("a", std::string("github") + "_pat_" + letters(22) + "_" + letters(59)) ==
        "a GitHub token");
  CHECK(what("a", std::string("gl") + "pat-" + letters(20)) == "a GitLab token");
  CHECK(what(".npmrc", std::string("//r/:_auth") + "Token=" + letters(36)) == "an npm token");
  CHECK(what("a", std::string("np") + "m_" + letters(36)) == "an npm token");
  CHECK(what("auth.json",
             "{\"github-"
             "oauth\": {\"github.com\": \"" +
                 letters(40) + "\"}}") == "a token of Composer");
  CHECK(what("auth.json",
             "{\"http-"
             "basic\": {\"r.example\": {\"username\": \"u\", \"password\": "
             "\"" +
                 letters(12) + "\"}}}") == "a password of Composer");
  const std::string key = base::encode_base64(letters(32));
  CHECK(what(".env", "APP_NAME=a\nAPP_KEY=base64:" + key + "\n") == "a key of Laravel (APP_KEY)");
  CHECK(what("bootstrap/cache/config.php", "'key' => 'base64:" + key + "',") ==
        "a key of Laravel (APP_KEY)");
}

TEST_CASE("what only looks like a token is none") {
  CHECK(what("a.go", "const head = \"-----BEGIN RSA PRIVATE KEY-----\"\n" + std::string(500, ' ') +
                         letters(64))
            .empty());
  CHECK(what("a", pem("PUBLIC KEY", letters(64))).empty());
  CHECK(what("a", pem("CERTIFICATE", letters(64))).empty());
  CHECK(what("a", pem("RSA PRIVATE KEY", "...")).empty());
  CHECK(what("a", std::string("AK") + "IAIOSFODNN7EXAMPLE").empty());
  CHECK(what("a", std::string("AK") + "IAABCDEFGHIJKLMN239").empty());
  CHECK(what("a", std::string("gh") + "p_" + letters(35)).empty());
  CHECK(what("a", std::string("xgh") + "p_" + letters(36)).empty());
  CHECK(what("a", std::string("np") + "m_config_cache").empty());
  CHECK(what(".npmrc", std::string("//r/:_auth") + "Token=${NPM_TOKEN}").empty());
  CHECK(what(".env", "APP_KEY=base64:" + std::string(43, 'A') + "=").empty());
  CHECK(what(".env", "APP_KEY=base64:" + base::encode_base64(letters(16))).empty());
  CHECK(what("schema.json",
             "\"http-"
             "basic\": {\"type\": \"object\", \"description\": \"...\"}")
            .empty());
}

TEST_CASE("packages bring keys of their tests: only the given values are looked for there") {
  const std::string key = pem("RSA PRIVATE KEY", letters(64));
  for (const char* path :
       {"usr/share/doc/x/key.pem", "usr/lib/python3/test/key.pem", "app/vendor/a/b/key.pem",
        "app/node_modules/tls/key.pem", "app/tests/fixtures/key.pem", "phpunit.xml.dist"}) {
    CHECK(what(path, key).empty());
    CHECK(what(path, key + "the-given-value", {{"token", "the-given-value"}}) ==
          "the secret 'token'");
  }
  CHECK(what("app/vendor.pem", key) == "a private key");
}

TEST_CASE("given values are found, plain and in base64") {
  const Secrets secrets{{"npm", "p4ssw0rd-of-npm\n"}};
  CHECK(what("a", "x p4ssw0rd-of-npm y", secrets) == "the secret 'npm'");
  CHECK(what("a", base::encode_base64("p4ssw0rd-of-npm\n"), secrets) ==
        "the secret 'npm' in base64");
  CHECK(what("a", "p4ssw0rd-of-np", secrets).empty());
  CHECK(what("a", "short", {{"s", "short"}}).empty());
  const std::string bundle = pem("CERTIFICATE", letters(64));
  CHECK(what("etc/ssl/ca.crt", bundle, {{"ca", bundle}}).empty());
}

TEST_CASE("a token is found wherever its bytes are cut, and is told once") {
  const std::string token = std::string("gh") + "p_" + letters(36);
  std::string text;
  for (int i = 0; i < 3; ++i) text += letters(1000, 7) + " " + token + " " + letters(300, 9);
  for (const std::size_t piece : {1U, 7U, 383U, 384U, 385U, 1000U, 4096U})
    CHECK(scan("a", text, {}, piece) == std::vector<SecretFinding>{{"a", "a GitHub token"}});
}

TEST_CASE("the wide search finds what a plain one finds") {
  TripleSearch search;
  search.add("abc", 0);
  search.add("xy\xff", 7);
  std::mt19937 random(3);
  for (int round = 0; round < 300; ++round) {
    std::string text;
    for (std::size_t i = random() % 200; i > 0; --i) text += "abcxy\xff"[random() % 6];
    std::vector<std::size_t> found, expected;
    for (std::size_t at = search.next(text, 0); at < text.size(); at = search.next(text, at + 1))
      found.push_back(at);
    for (std::size_t at = 0; at + 3 <= text.size(); ++at) {
      const std::string three = text.substr(at, 3);
      if (three == "abc" || three == "xy\xff") expected.push_back(at);
    }
    CHECK(found == expected);
  }
}

WrittenLayer write_layer(store::Store& store, const std::string& text,
                         std::shared_ptr<const SecretPatterns> looked_for) {
  LayerOptions options;
  options.secrets = std::move(looked_for);
  LayerWriter writer(store, options);
  base::StringSource content{text};
  writer.add(file("app/\xe9.env", text.size()), &content);
  return writer.finish();
}

TEST_CASE("what was found is in the layer's record, and nothing is looked for twice") {
  TempStore temp;
  const std::string token = std::string("gh") + "p_" + letters(36);
  const WrittenLayer made = write_layer(temp.store(), token + " given-value-1", patterns());
  const auto record = find_layer(temp.store(), made.diff_id);
  REQUIRE(record);
  REQUIRE(record->scan);
  CHECK(record->scan->findings == std::vector<SecretFinding>{{"app/\xe9.env", "a GitHub token"}});
  CHECK(record->scan->covers(*patterns()));
  const auto other = patterns({{"mine", "given-value-1"}});
  CHECK_FALSE(record->scan->covers(*other));
  CHECK(secrets_in_layer(temp.store(), made.diff_id, other, {}).size() == 2);
  const auto after = find_layer(temp.store(), made.diff_id);
  CHECK(after->scan->covers(*other));
  // The blob is not read again: it may go.
  std::filesystem::remove(temp.path() + "/store/blobs/sha256/" + made.blob.digest.hex());
  CHECK(secrets_in_layer(temp.store(), made.diff_id, other, {}).size() == 2);
}

TEST_CASE("a layer nobody looked through is looked through when it is asked for") {
  TempStore temp;
  const std::string token = std::string("gh") + "p_" + letters(36);
  const WrittenLayer made = write_layer(temp.store(), token, nullptr);
  CHECK_FALSE(find_layer(temp.store(), made.diff_id)->scan);
  CHECK(secrets_in_layer(temp.store(), made.diff_id, patterns(), {}).size() == 1);
}

TEST_CASE("a mark tells of a value next to nothing") {
  const SecretPatterns one({{"a", "the-value-of-it"}}, "salt"),
      other({{"b", "the-value-of-it"}}, "pepper");
  REQUIRE(one.marks().size() == 1);
  CHECK(one.marks().front().size() == 4);
  CHECK(one.marks() != other.marks());
}

}  // namespace
}  // namespace cooper::layer::test
