#include "builder/check/install_order.h"

#include <doctest/doctest.h>

#include "builder/check/copied_files.h"

namespace cooper::check {
namespace {

using Words = std::vector<std::string>;

// The commands that are named, of a stage whose sources are taken as written.
Words installs(const std::string& instructions, InstallState state = {}) {
  const auto file = dockerfile::parse_dockerfile("FROM a\n" + instructions, "Dockerfile");
  Words out;
  const Reporter reporter({}, [&](const Finding& one) {
    CHECK(one.rule == "InstallAfterSource");
    out.push_back(one.message.substr(0, one.message.find(" runs")) + ":" +
                  std::to_string(one.where.first_line));
  });
  for (const dockerfile::Instruction& one : file.stages.front().instructions) {
    if (std::holds_alternative<dockerfile::Copy>(one.payload)) note_source_copy(state, one);
    check_install(state, one, reporter);
  }
  return out;
}

}  // namespace

TEST_CASE("an installation after the source") {
  CHECK(installs("COPY . .\nRUN composer install --no-dev\n") == Words{"'composer install':3"});
  CHECK(installs("COPY . .\nRUN set -eux; npm ci && npm run build\n") == Words{"'npm ci':3"});
  CHECK(installs("COPY . .\nRUN [\"yarn\", \"install\"]\n") == Words{"'yarn install':3"});
  CHECK(installs("COPY . .\nRUN <<E\npnpm --prod install\nE\n") == Words{"'pnpm install':3"});
  CHECK(installs("COPY . .\nRUN php /usr/bin/composer.phar --no-dev install 2>&1 | tail\n") ==
        Words{"'composer install':3"});
  CHECK(installs("COPY . .\nRUN npm ci\nRUN composer install\nRUN npm ci\n") ==
        Words{"'npm ci':3", "'composer install':4"});
}

TEST_CASE("what is none") {
  CHECK(installs("RUN composer install\nCOPY . .\nRUN composer install\n").empty());
  CHECK(installs("COPY . .\nRUN composer dump-autoload && npm run install-all\n").empty());
  CHECK(installs("COPY . .\nRUN npm install -g pnpm; apt-get install composer\n").empty());
  InstallState base;
  base.installed.insert("npm");
  CHECK(installs("COPY . .\nRUN npm ci\n", base).empty());
}

}  // namespace cooper::check
