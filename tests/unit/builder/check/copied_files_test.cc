#include "builder/check/copied_files.h"

#include <doctest/doctest.h>

namespace cooper::check {
namespace {

using Words = std::vector<std::string>;

struct Copied {
  std::vector<std::string> ignore, present, sources;
  std::vector<std::string> excludes = {};
  bool shipped = true;
};

Words findings(const Copied& given) {
  ContextFacts facts;
  facts.ignore = dockerfile::IgnoreRules::from_patterns(given.ignore);
  facts.present.insert(given.present.begin(), given.present.end());
  const dockerfile::Instruction instruction{"COPY", "", {2, 2, 1, 0}, {}, dockerfile::Copy{}};
  Words out;
  const Reporter reporter({}, [&](const Finding& one) {
    CHECK(one.where.first_line == 2);
    out.push_back(one.rule + ": " + one.message);
  });
  check_copied_files(facts, {instruction, false, given.sources, given.excludes, given.shipped},
                     reporter);
  return out;
}

std::string ignored(const char* name) {
  return std::string("CopyIgnoredFile: Attempting to Copy file \"") + name +
         "\" that is excluded by .dockerignore";
}

}  // namespace

TEST_CASE("CopyIgnoredFile") {
  CHECK(findings({{"Dockerfile"}, {}, {"./Dockerfile"}}) == Words{ignored("Dockerfile")});
  CHECK(findings({{"sub"}, {}, {"/sub/a"}}) == Words{ignored("sub/a")});
  CHECK(findings({{"*"}, {}, {"."}}) == Words{ignored(".")});
  CHECK(findings({{".*"}, {}, {"."}}).empty());
  CHECK(findings({{"**", "!Dockerfile"}, {}, {"./Dockerfile", "."}}).empty());
  CHECK(findings({{}, {}, {"a"}}).empty());
  // An exception counts only where it can bring something back.
  CHECK(findings({{"sub", "!sub/b"}, {}, {"sub/a"}}) == Words{ignored("sub/a")});
  CHECK(findings({{"sub", "!other"}, {}, {"sub/a"}}) == Words{ignored("sub/a")});
  CHECK(findings({{"sub", "!sub/a.txt"}, {}, {"sub", "sub/*.txt", "sub/a.txt"}}).empty());
  CHECK(findings({{"sub", "!sub/a.txt"}, {}, {"sub/*.md"}}) == Words{ignored("sub/*.md")});
  CHECK(findings({{"su.b", "!su\\.b/keep"}, {}, {"su.b"}}).empty());
}

TEST_CASE("SecretFileCopied") {
  const std::string env =
      "SecretFileCopied: '.env' would be kept in a layer: add it to .dockerignore, and give it to "
      "RUN with --mount=type=secret";
  CHECK(findings({{}, {".env", ".env.example"}, {"."}}) == Words{env});
  CHECK(findings({{}, {".env"}, {".e*"}, {}, false}) == Words{env});
  CHECK(findings({{}, {".env"}, {"app"}}).empty());
  CHECK(findings({{".env"}, {".env"}, {"."}}).empty());
  CHECK(findings({{}, {".env"}, {"."}, {".env"}}).empty());
  CHECK(findings({{}, {"storage/oauth-private.key", "storage/oauth-public.key"}, {"storage"}})
            .front()
            .find("'storage/oauth-private.key' would") != std::string::npos);
  CHECK(findings({{}, {".env", "a.pfx", "auth.json", "id_rsa", "z.key"}, {"."}})
            .front()
            .find("'.env', 'a.pfx', 'auth.json' and 2 more") != std::string::npos);
}

TEST_CASE("DevelopmentFileCopied") {
  const Words ignore = {".git", ".env"};
  const Words present = {"composer.json", "tests", "vendor", "bootstrap/cache/config.php"};
  CHECK(findings({ignore, present, {"./"}}) ==
        Words{"DevelopmentFileCopied: 'bootstrap/cache/config.php', 'tests', 'vendor' of the build "
              "context would be in the image: add it to .dockerignore"});
  CHECK(findings({ignore, present, {"bootstrap"}}).size() == 1);
  CHECK(findings({{".git", ".env", "vendor"}, present, {"."}, {}, false}).empty());
  CHECK(findings({ignore, {"vendor", "tests"}, {"."}}).empty());
  CHECK(findings({ignore, {"package.json", "node_modules"}, {"."}}).size() == 1);
}

TEST_CASE("IgnoreEntryMissing") {
  const std::string begin =
      "IgnoreEntryMissing: the whole context is copied, but .dockerignore does not name";
  CHECK(findings({{}, {"composer.json"}, {"."}}) == Words{begin + " .git .env vendor"});
  CHECK(findings({{".*"}, {"package.json"}, {"/"}}) == Words{begin + " node_modules"});
  CHECK(findings({{".*", "vendor"}, {"composer.json"}, {"."}}).empty());
  CHECK(findings({{}, {"composer.json"}, {"app"}}).empty());
  CHECK(findings({{}, {"main.go"}, {"."}}).empty());
}

}  // namespace cooper::check
