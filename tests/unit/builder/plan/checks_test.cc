// The checks that need a plan, and the pages about cooper's own.
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "builder/check/rule.h"
#include "plan_case.h"

namespace cooper::plan {

using Words = std::vector<std::string>;

namespace {

Words lined(const Plan& plan) {
  Words out;
  for (const Diagnostic& one : plan.diagnostics)
    out.push_back(one.rule + ":" + std::to_string(one.where.first_line) + ": " + one.message);
  return out;
}

struct Row {
  const char* text;
  std::map<std::string, std::string> build_args;
  Words expected;
};

const std::vector<Row> kRows = {
    {"FROM a\nCMD x\n",
     {},
     {"JSONArgsRecommended:2: JSON arguments recommended for CMD to prevent unintended behavior "
      "related to OS signals"}},
    {"FROM a AS b\nSHELL [\"/bin/sh\", \"-c\"]\nFROM b\nENTRYPOINT x\n", {}, {}},
    {"FROM a\nWORKDIR app/\nWORKDIR sub\n",
     {},
     {"WorkdirRelativePath:2: Relative workdir \"app/\" can have unexpected results if the base "
      "image changes"}},
    {"FROM a AS b\nWORKDIR /app\nFROM b\nWORKDIR sub\n", {}, {}},
    {"FROM a\nEXPOSE 80/TcP 8080/udp 5000:5000\n",
     {},
     {"ExposeInvalidFormat:2: EXPOSE instruction should not define an IP address or host-port "
      "mapping, found '5000:5000'",
      "ExposeProtoCasing:2: Defined protocol '80/TcP' in EXPOSE instruction should be lowercase"}},
    {"FROM --platform=$TARGETPLATFORM a\n",
     {},
     {"RedundantTargetPlatform:1: Setting platform to predefined $TARGETPLATFORM in FROM is "
      "redundant as this is the default behavior"}},
    {"FROM --platform=$BUILDPLATFORM a\n", {}, {}},
    {"FROM --platform=linux/amd64 a\n",
     {},
     {"FromPlatformFlagConstDisallowed:1: FROM --platform flag should not use constant value "
      "\"linux/amd64\""}},
    {"FROM --platform=linux/amd64 a AS my_amd64\n", {}, {}},
    {"ARG V\nFROM a:$V\n",
     {{"V", "1"}},
     {"InvalidDefaultArgInFrom:2: Default value for ARG a:$V results in empty or invalid base "
      "image name"}},
    {"ARG V=2\nFROM a:$V\n", {{"V", "1"}}, {}},
    {"FROM a\nCOPY $foo /\nARG foo=b\n",
     {},
     {"UndefinedVar:2: Usage of undefined variable '$foo'"}},
    {"# check=skip=all\nFROM a as b\nCMD x\n", {}, {}},
    {"# check=skip=all\nFROM a AS b\nCMD x\n",
     {{"BUILDKIT_DOCKERFILE_CHECK", "skip=UndefinedVar"}},
     {"JSONArgsRecommended:3: JSON arguments recommended for CMD to prevent unintended behavior "
      "related to OS signals"}},
    {"FROM a\n# check=skip=JSONArgsRecommended\nCMD x\n", {}, {}},
    // Of a stage that is not built only what the text tells.
    {"FROM a AS b\nENV k v\nCMD x\nfrom a\n",
     {},
     {"ConsistentInstructionCasing:4: Command 'from' should match the case of the command majority "
      "(uppercase)"}},
};

std::string read(const std::string& path) {
  std::ifstream file(path);
  REQUIRE_MESSAGE(file.good(), path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string page(const std::string& name) {
  return read(std::string(COOPER_TEST_DATA) + "/../../docs/checks/" + name + ".md");
}

// The fenced block of a section ("## Bad") that begins with `head`; "" if there is none.
std::string block(const std::string& text, const std::string& section, const std::string& head) {
  const std::size_t begin = text.find("\n## " + section + "\n");
  REQUIRE(begin != std::string::npos);
  const std::string part = text.substr(begin, text.find("\n## ", begin + 1) - begin);
  const std::size_t at = part.find("\n```" + head);
  if (at == std::string::npos) return {};
  const std::size_t body = at + 4 + head.size();
  return part.substr(body, part.find("\n```", body) - body + 1);
}

Words lines_of(const std::string& text) {
  Words lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// The checks that the example of a page's section has.
std::set<std::string> rules_of(const std::string& text, const std::string& section) {
  PlanCase test(block(text, section, "dockerfile\n"));
  check::ContextFacts facts;
  for (const std::string& name : lines_of(block(text, section, "text\n# files of the context\n")))
    facts.present.insert(name);
  facts.ignore = dockerfile::IgnoreRules::parse(block(text, section, "text\n# .dockerignore\n"),
                                                ".dockerignore");
  test.request().facts = &facts;
  test.request().all_stages = true;
  std::set<std::string> rules;
  for (const Diagnostic& one : test.plan().diagnostics) rules.insert(one.rule);
  return rules;
}

}  // namespace

TEST_CASE("checks by row") {
  for (const Row& row : kRows) {
    CAPTURE(row.text);
    PlanCase test(row.text);
    test.request().build_args = row.build_args;
    CHECK(lined(test.plan()) == row.expected);
  }
}

TEST_CASE("all stages are checked when that is asked") {
  PlanCase test("FROM a AS b\nCMD x\nFROM c\nCMD y\n");
  CHECK(lined(test.plan()).size() == 1);
  test.request().all_stages = true;
  CHECK(lined(test.plan()).size() == 2);
}

TEST_CASE("a base image of another platform") {
  PlanCase test("FROM php:8\nRUN x\n");
  BaseImage image = make_image("php");
  image.config.platform = {"linux", "arm64", "v8"};
  test.images.emplace("docker.io/library/php:8", image);
  CHECK(lined(test.plan()) ==
        Words{"InvalidBaseImagePlatform:1: Base image php:8 was pulled with platform "
              "\"linux/arm64\", expected \"linux/amd64\" for current build"});
}

TEST_CASE("error=true makes a violation of what is found") {
  PlanCase test("# check=error=true;skip=FromAsCasing\nFROM a as b\nCMD x\nWORKDIR y\n");
  const Plan plan = test.plan();
  REQUIRE(plan.violation.has_value());
  CHECK(plan.violation->cause() ==
        "lint violation found for rules: JSONArgsRecommended, WorkdirRelativePath");
  CHECK(plan.violation->spot()->line == 3);
  PlanCase quiet("# check=error=true\nFROM a AS b\n");
  CHECK_FALSE(quiet.plan().violation.has_value());
  CHECK(PlanCase("# check=fatal\nFROM a\n").error().find("'fatal'") != std::string::npos);
}

TEST_CASE("P25 the outline of a target") {
  PlanCase test(
      "# V is the version\nARG V=1\nARG U=2\nARG T=$V\n# base is below\nFROM a:$T AS base\n"
      "# name of it\nARG name=x\nRUN --mount=type=secret,id=s echo\nFROM b AS other\nARG no\n"
      "# app is it\nFROM base AS app\n# late comes last\nARG late\nRUN "
      "--mount=type=secret,id=s,required echo\n");
  const Outline outline = test.plan().outlines.at(0);
  CHECK(outline.name == "app");
  CHECK(outline.description == "is it");
  Words arguments;
  for (const auto& one : outline.arguments)
    arguments.push_back(one.name + "=" + one.value + ":" + std::to_string(one.where.first_line) +
                        " " + one.description);
  CHECK(arguments ==
        Words{"V=1:2 is the version", "T=1:4 ", "name=x:8 of it", "late=:15 comes last"});
  REQUIRE(outline.secrets.size() == 1);
  CHECK(outline.secrets[0].required);
  CHECK(outline.secrets[0].where.first_line == 9);
}

TEST_CASE("the page of each of cooper's own checks shows it, and how to do better") {
  for (const char* name :
       {"SecretFileCopied", "DevelopmentFileCopied", "InstallAfterSource", "IgnoreEntryMissing"}) {
    CAPTURE(name);
    const std::string text = page(name);
    CHECK(text.starts_with("# " + std::string(name) + "\n"));
    CHECK(rules_of(text, "Bad").count(name) == 1);
    CHECK(rules_of(text, "Good").empty());
  }
}

TEST_CASE("every check is in the table of checks") {
  const std::string text = page("README");
  for (const check::Rule& rule : check::rules()) {
    const std::string name(rule.name);
    CAPTURE(name);
    const bool told = text.find("| " + name + " |") != std::string::npos ||
                      text.find("[" + name + "]") != std::string::npos;
    CHECK(told);
  }
}

TEST_CASE("the production Dockerfile raises nothing") {
  const std::string root = std::string(COOPER_TEST_DATA) + "/../..";
  PlanCase test(read(root + "/stages/Dockerfile"));
  check::ContextFacts facts;
  facts.ignore = dockerfile::IgnoreRules::parse(read(root + "/examples/laravel-site/.dockerignore"),
                                                ".dockerignore");
  for (const char* name : {"artisan", "composer.json", "package.json", ".env", ".git", "vendor",
                           "node_modules", "tests", "public/hot", "bootstrap/cache/config.php",
                           "storage/oauth-private.key", "auth.json"})
    facts.present.insert(name);
  test.request().facts = &facts;
  test.request().all_stages = true;
  test.request().local_contexts = {"stages", "php-config"};
  test.request().context_identity = {{"stages", "/stages"}, {"php-config", "/php-config"}};
  CHECK(lined(test.plan()).empty());
}

}  // namespace cooper::plan
