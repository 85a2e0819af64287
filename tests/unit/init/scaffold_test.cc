#include "init/scaffold.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "base/error.h"

namespace cooper::init {
namespace {

Parameters shop() {
  Parameters parameters{"web-shop", "git.example", "team/shop", {}, {}, {}};
  set_domain(parameters, "shop.example");
  return parameters;
}

const ProjectFile& find(const std::vector<ProjectFile>& files, const std::string& path) {
  const auto found = std::ranges::find(files, path, &ProjectFile::path);
  REQUIRE_MESSAGE(found != files.end(), path);
  return *found;
}

std::string only_text(const std::string& path, const std::string& text) {
  return make_scaffold({{path, 0644, text}}, shop()).front().content;
}

TEST_CASE("scaffold: names are replaced everywhere, once") {
  CHECK(only_text("a", "ezscale-website ezscale_website EZSCALE") == "web-shop web_shop web-shop");
  CHECK(only_text("a", "git.ezscale.cloud/ezscale/website:app") == "git.example/team/shop:app");
  CHECK(only_text("a", "ezscale.example account.ezscale.example admin.ezscale.example") ==
        "shop.example account.shop.example admin.shop.example");
  CHECK(only_text("a", "deploy/helm/ezscale-website/x") == "helm/web-shop/x");
  Parameters circular = shop();
  circular.site = "git.ezscale.cloud";
  CHECK(make_scaffold({{"a", 0644, "ezscale.example"}}, circular).front().content ==
        "git.ezscale.cloud");
}

TEST_CASE("scaffold: paths too, and links") {
  const auto files = make_scaffold({{"helm/ezscale-website/files/a", 0, "../a"}}, shop());
  REQUIRE(files.size() == 2);
  CHECK(files[0] == ProjectFile{"helm/web-shop/files/a", 0, "../a"});
  CHECK(files[1].path == ".cooper-init.json");
  CHECK(parse_parameters(files[1].content, "f") == shop());
}

TEST_CASE("scaffold: a template that changed under its edits is an error") {
  CHECK_THROWS_WITH_AS(static_cast<void>(make_scaffold({{"Dockerfile", 0644, "FROM x"}}, shop())),
                       doctest::Contains("adapt template 'Dockerfile'"), base::Error);
}

TEST_CASE("scaffold: the embedded templates") {
  const auto files = make_scaffold(template_files(), shop());
  std::set<std::string> paths;
  for (const ProjectFile& file : files) {
    CAPTURE(file.path);
    CHECK(paths.insert(file.path).second);
    CHECK_FALSE(file.path.starts_with("/"));
    CHECK_FALSE(file.content.empty());
    CHECK(file.content.find("ezscale") == std::string::npos);
    CHECK(file.content.find("examples/laravel-site") == std::string::npos);
  }
  CHECK(paths.contains("helm/web-shop/templates/job-migrate.yaml"));
  CHECK(find(files, "stages/entrypoint").mode == 0755);
  CHECK(find(files, "helm/web-shop/files/site.conf").content ==
        "../../../nginx-config/conf.d/site.conf");
  const std::string& bake = find(files, "docker-bake.json").content;
  CHECK(bake.find(R"("REGISTRY": {"default": "git.example"})") != std::string::npos);
  CHECK(bake.find(R"("IMAGE": {"default": "team/shop"})") != std::string::npos);
  CHECK(bake.find(R"("context": ".")") != std::string::npos);
  CHECK(bake.find(R"("dockerfile": "Dockerfile")") != std::string::npos);
}

TEST_CASE("scaffold: nothing of a repository's compose set-up is written") {
  for (const TemplateFile& file : template_files()) {
    CHECK(file.path.find("compose") == std::string_view::npos);
    CHECK(file.path.find(".env") == std::string_view::npos);
  }
}

}  // namespace
}  // namespace cooper::init
