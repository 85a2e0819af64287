#include "init/project_directory.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/file_at.h"
#include "tests/support/temp_directory.h"

namespace cooper::init {
namespace {

struct Application : test::TempDirectory {
  Application() {
    base::write_file_at(fd(), "artisan", "#!/usr/bin/env php\n", 0755);
    base::write_file_at(fd(), "composer.json", "{}\n");
  }
};

const ProjectFile kFile{"php-config/php.ini", 0644, "a = 1\n"};
const ProjectFile kScript{"stages/entrypoint", 0755, "#!/bin/sh\n"};
const ProjectFile kLink{"helm/site/files/site.conf", 0, "../../../nginx-config/site.conf"};

TEST_CASE("project directory: only a Laravel application") {
  const test::TempDirectory empty;
  CHECK_THROWS_WITH_AS(ProjectDirectory{empty.path()}, doctest::Contains("it has no artisan"),
                       base::Error);
  CHECK_THROWS_AS(ProjectDirectory{empty.path() + "/absent"}, base::Error);
}

TEST_CASE("project directory: what was written is the same") {
  const Application application;
  const ProjectDirectory project(application.path());
  for (const ProjectFile& file : {kFile, kScript, kLink}) {
    CHECK(project.compare(file).state == FileState::absent);
    project.write(file);
    CHECK(project.compare(file).state == FileState::same);
    project.write(file);
    CHECK(project.compare(file).state == FileState::same);
  }
  struct stat status = {};
  REQUIRE(::stat((application.path() + "/stages/entrypoint").c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0755);
}

TEST_CASE("project directory: differences in words") {
  const Application application;
  const ProjectDirectory project(application.path());
  for (const ProjectFile& file : {kFile, kScript, kLink}) project.write(file);

  ProjectFile file = kFile;
  file.content = "a = 2\n";
  CHECK(project.compare(file).diff ==
        "--- a/php-config/php.ini\n+++ b/php-config/php.ini\n@@ -1 +1 @@\n-a = 1\n+a = 2\n");
  file = kScript;
  file.mode = 0644;
  CHECK(project.compare(file).diff == "stages/entrypoint: is executable, and need not be\n");
  file = kLink;
  file.content = "elsewhere";
  CHECK(project.compare(file).diff ==
        "helm/site/files/site.conf: is a symbolic link to ../../../nginx-config/site.conf, not to "
        "elsewhere\n");
  file.path = kFile.path;
  CHECK(project.compare(file).diff ==
        "php-config/php.ini: is a file, not a symbolic link to elsewhere\n");
  file = kFile;
  file.path = kLink.path;
  CHECK(project.compare(file).diff ==
        "helm/site/files/site.conf: is a symbolic link, not a file\n");
}

TEST_CASE("project directory: a link out of the repository is not followed") {
  const Application application;
  const test::TempDirectory outside;
  std::filesystem::create_directory_symlink(outside.path(), application.path() + "/php-config");
  const ProjectDirectory project(application.path());
  CHECK(project.compare(kFile).state == FileState::blocked);
  CHECK(project.compare(kFile).diff ==
        "php-config/php.ini: php-config is a symbolic link that leads to no directory of the "
        "repository\n");
  CHECK_THROWS_AS(project.write(kFile), base::Error);
  CHECK(base::list_directory(outside.fd(), "outside").empty());
}

TEST_CASE("project directory: a directory is never replaced") {
  const Application application;
  std::filesystem::create_directories(application.path() + "/php-config/php.ini");
  const ProjectDirectory project(application.path());
  CHECK(project.compare(kFile).state == FileState::blocked);
  CHECK(project.compare(kFile).diff == "php-config/php.ini: a directory is in its place\n");
  CHECK_THROWS_WITH_AS(project.write(kFile), doctest::Contains("a directory is in its place"),
                       base::Error);
}

TEST_CASE("project directory: what is in the way") {
  const Application application;
  const ProjectDirectory project(application.path());
  const std::string root = application.path();
  std::filesystem::create_directory(root + "/conf");
  std::filesystem::create_directory_symlink("conf", root + "/php-config");
  CHECK(project.compare(kFile).state == FileState::absent);  // a link within is followed
  project.write(kFile);
  CHECK(std::filesystem::exists(root + "/conf/php.ini"));

  std::ofstream(root + "/stages") << "a file";
  CHECK(project.compare(kScript).state == FileState::blocked);
  CHECK(project.compare(kScript).diff == "stages/entrypoint: stages is a file, not a directory\n");

  std::filesystem::create_directory(root + "/helm");
  std::filesystem::create_symlink("nowhere", root + "/helm/site");
  CHECK(project.compare(kLink).diff ==
        "helm/site/files/site.conf: helm/site is a symbolic link that leads to no directory of the "
        "repository\n");

  std::filesystem::resize_file(root + "/conf/php.ini", std::uintmax_t{5} << 20);
  CHECK(project.compare(kFile).state == FileState::differs);
  CHECK(project.compare(kFile).diff == "php-config/php.ini: is too large to be compared\n");
  project.write(kFile);
  CHECK(project.compare(kFile).state == FileState::same);
}

TEST_CASE("project directory: kept parameters") {
  const Application application;
  const ProjectDirectory project(application.path());
  CHECK_FALSE(project.kept_parameters().has_value());
  Parameters parameters{"shop", "git.example", "team/shop", {}, {}, {}};
  set_domain(parameters, "shop.example");
  project.write(make_scaffold({}, parameters).back());
  CHECK(project.kept_parameters() == parameters);
}

}  // namespace
}  // namespace cooper::init
