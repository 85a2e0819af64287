#include "init/scaffold.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace cooper::init {
namespace {

using Words = std::vector<std::pair<std::string, std::string>>;

// The example's names, anywhere. A word stands before every other that begins like it.
Words names_of(const Parameters& parameters) {
  std::string database = parameters.name;
  std::ranges::replace(database, '-', '_');
  return {{"deploy/helm/ezscale-website", "helm/" + parameters.name},
          {"ezscale-website", parameters.name},
          {"ezscale/website", parameters.image},
          {"ezscale_website", database},
          {"git.ezscale.cloud", parameters.registry},
          {"account.ezscale.example", parameters.account},
          {"admin.ezscale.example", parameters.admin},
          {"ezscale.example", parameters.site},
          {"EZSCALE", parameters.name}};
}

// This project builds an example from its root; a site's repository builds itself.
struct Edit {
  std::string_view path;
  std::string_view from;
  std::string to;
};

std::vector<Edit> edits_of(const Parameters& parameters) {
  return {
      {"Dockerfile", "docker buildx bake -f stages/docker-bake.json ", "docker buildx bake "},
      {"Dockerfile", "docker build -f stages/Dockerfile --target", "docker build --target"},
      {"Dockerfile", "php-config=php-config examples/laravel-site", "php-config=php-config ."},
      {"Dockerfile", "stages (this directory)", "stages"},
      {"docker-bake.json", R"("context": "examples/laravel-site")", R"("context": ".")"},
      {"docker-bake.json", R"("../../stages/Dockerfile")", R"("Dockerfile")"},
      {"docker-bake.json", R"("default": "localhost:5000")",
       R"("default": ")" + parameters.registry + "\""},
      {"docker-bake.json", R"("default": "laravel-site")",
       R"("default": ")" + parameters.image + "\""},
  };
}

// One pass: what was put in is not looked at again.
std::string replace_words(std::string_view text, const Words& words) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const auto found =
        std::ranges::find_if(words, [&](const auto& word) { return text.starts_with(word.first); });
    if (found == words.end()) {
      result += text.front();
      text.remove_prefix(1);
    } else {
      result += found->second;
      text.remove_prefix(found->first.size());
    }
  }
  return result;
}

std::string edited(const TemplateFile& file, const std::vector<Edit>& edits) {
  std::string text(file.text);
  for (const Edit& edit : edits) {
    if (edit.path != file.path) continue;
    const std::size_t at = text.find(edit.from);
    if (at == std::string::npos) {
      throw base::Error(base::ErrorKind::failure, "adapt template", std::string(file.path),
                        "it does not hold '" + std::string(edit.from) + "'");
    }
    text.replace(at, edit.from.size(), edit.to);
  }
  return text;
}

}  // namespace

std::vector<ProjectFile> make_scaffold(const std::vector<TemplateFile>& templates,
                                       const Parameters& parameters) {
  const Words names = names_of(parameters);
  const std::vector<Edit> edits = edits_of(parameters);
  std::vector<ProjectFile> files;
  for (const TemplateFile& file : templates) {
    files.push_back(
        {replace_words(file.path, names), file.mode, replace_words(edited(file, edits), names)});
  }
  files.push_back({std::string(kParametersFile), 0644, to_json(parameters)});
  return files;
}

}  // namespace cooper::init
