// cooper verify
#include <stdlib.h>

#include <iostream>
#include <memory>

#include "base/error.h"
#include "builder/export/image_blobs.h"
#include "cli/bake_files.h"
#include "cli/bake_request.h"
#include "cli/build_command.h"
#include "cli/commands.h"
#include "cli/difference_text.h"
#include "cli/exit_code.h"
#include "cli/image_access.h"
#include "cli/looking.h"
#include "cli/release_facts.h"
#include "cli/run_build.h"
#include "cli/signals.h"
#include "images/document_source.h"
#include "oci/manifest.h"
#include "oci/media_type.h"
#include "oci/time_text.h"

namespace cooper::cli {
namespace {

using base::Error;
using base::ErrorKind;

struct Arguments {
  BuildArguments build;
  std::string image, bake;
  std::vector<std::string> sets, variables;
  bool release = false, use_cache = false, json = false;
  bool compression_given = false;
};

// What is verified: the image, or all images of an index; each platform's with its tree.
struct Wanted {
  oci::Digest digest;
  std::vector<source::ResolvedImage> images;
  bool is_index = false;
};

oci::Platform platform_of(images::DocumentSource& source, const oci::Manifest& manifest,
                          const std::stop_token& stop) {
  return oci::parse_image_config(source.read(manifest.config, stop)).platform;
}

// Attestations are listed as images of an unknown platform.
std::vector<oci::Platform> platforms_of(const oci::Index& index) {
  std::vector<oci::Platform> platforms;
  for (const oci::Descriptor& entry : index.manifests) {
    if (entry.platform && entry.platform->os != "unknown") platforms.push_back(*entry.platform);
  }
  return platforms;
}

Wanted open_wanted(const Arguments& arguments, Session& session, const std::stop_token& stop) {
  const std::string location = image_location(arguments.image, session.store);
  const auto source = images::open_documents(location, session.network.client(), session.store);
  const images::Document top = source->top(stop);
  const auto document = oci::parse_manifest_or_index(top.bytes, top.descriptor.media_type);
  Wanted wanted{top.descriptor.digest, {}, false};
  std::vector<oci::Platform> platforms;
  if (const auto* manifest = std::get_if<oci::Manifest>(&document)) {
    platforms.push_back(platform_of(*source, *manifest, stop));
  } else {
    platforms = platforms_of(std::get<oci::Index>(document));
    wanted.is_index = true;
  }
  if (wanted.is_index && !arguments.build.platforms.empty()) {
    platforms.clear();
    for (const std::string& text : arguments.build.platforms)
      platforms.push_back(oci::parse_platform(text, host_platform()));
  }
  const auto images = session.network.open_source(location, session.store);
  for (const oci::Platform& platform : platforms)
    wanted.images.push_back(images->resolve(platform, stop));
  if (wanted.images.empty())
    throw Error(ErrorKind::not_found, "verify", arguments.image, "its index names no image");
  if (wanted.is_index && arguments.build.platforms.size() == 1) {
    wanted.digest = wanted.images.front().manifest.digest;
    wanted.is_index = false;
  }
  return wanted;
}

// The time the image says it was made at is the time it is made at again.
void take_time(const source::ResolvedImage& image) {
  const auto seconds = oci::try_parse_rfc3339(image.config.created);
  if (!seconds) {
    std::cerr << "note: the image does not say when it was made; its times will differ\n";
    return;
  }
  ::setenv("SOURCE_DATE_EPOCH", std::to_string(*seconds).c_str(), 1);
}

std::string compression_of(const source::ResolvedImage& image) {
  if (image.layers.empty()) return "gzip";
  const std::string_view type = image.layers.back().media_type;
  if (type == oci::media_type::kLayerZstd) return "zstd";
  return type == oci::media_type::kLayerTar || type == oci::media_type::kDockerLayerTar ? "none"
                                                                                        : "gzip";
}

std::string version_of(const Arguments& arguments, const source::ResolvedImage& image) {
  constexpr const char* kVersion = "org.opencontainers.image.version";
  const auto found = image.config.config.labels.find(kVersion);
  if (found != image.config.config.labels.end()) return found->second;
  throw Error(ErrorKind::usage, "verify", arguments.image,
              std::string("it has no label ") + kVersion + ", so it is no release")
      .with_hint("leave --release out");
}

BakeRequest bake_request(const Arguments& arguments, const Wanted& wanted, const Globals& globals) {
  std::vector<std::string> files;
  if (!arguments.build.file.empty()) files.push_back(arguments.build.file);
  if (!arguments.release) {
    return make_bake_request(read_bake_files(files, arguments.sets, arguments.variables),
                             {arguments.bake}, arguments.build.shared);
  }
  const std::string version = version_of(arguments, wanted.images.front());
  const GitFacts facts = read_git_facts(globals.signals->token());
  set_release_variables(version, facts);
  BakeRequest made = make_bake_request(read_bake_files(files, arguments.sets, arguments.variables),
                                       {arguments.bake}, arguments.build.shared);
  describe_release(made.request, version, facts);
  return made;
}

BakeRequest request_of(const Arguments& arguments, const Wanted& wanted, const Globals& globals) {
  BakeRequest made;
  if (arguments.bake.empty()) {
    if (arguments.release || !arguments.sets.empty() || !arguments.variables.empty()) {
      throw Error(ErrorKind::usage, "verify", arguments.image,
                  "--release, --set and --var are about a bake file")
          .with_hint("name its target with --bake");
    }
    made.request = build_request(arguments.build);
  } else {
    made = bake_request(arguments, wanted, globals);
  }
  std::size_t told = 0;
  for (BuildTarget& target : made.request.targets) {
    target.tags.clear();
    target.outputs.clear();
    target.no_cache = !arguments.use_cache;
    if (made.silent.contains(target.name)) continue;
    ++told;
    target.outputs.push_back(export_::parse_destination("type=registry"));  // see rebuild()
    if (!target.platforms.empty()) continue;
    for (const source::ResolvedImage& image : wanted.images)
      target.platforms.push_back(oci::to_string(image.config.platform));
    if (!wanted.is_index && wanted.images.front().config.platform == made.request.host)
      target.platforms.clear();
  }
  if (told != 1)
    throw Error(ErrorKind::usage, "verify", arguments.bake, "one target is built for one image");
  return made;
}

// Nothing is sent and nothing gets a name. Layers of base images are fetched only if something
// differs.
oci::Digest rebuild(const BakeRequest& made, const Arguments& arguments, const Wanted& wanted,
                    const Globals& globals) {
  const auto keep = [&](Session& session, const std::vector<export_::ExportJob>& jobs,
                        const std::stop_token&) {
    for (const export_::ExportJob& job : jobs) {
      if (job.image->manifest.digest == wanted.digest) continue;
      for (const oci::Descriptor& blob : export_::blobs_of(*job.image))
        export_::require_blob(*job.image, session.store, blob);
    }
    return std::vector<export_::ExportOutcome>(jobs.size());
  };
  const BuildReport report =
      run_build(made.request, arguments.build.shared, globals, made.silent, keep);
  return report.images.at(0).manifest.digest;
}

RebuildDifference compare(Session& session, const source::ResolvedImage& before,
                          const source::ResolvedImage& after, const std::stop_token& stop) {
  RebuildDifference out{oci::to_string(before.config.platform),
                        before.manifest.digest == after.manifest.digest};
  if (out.same) return out;
  const auto documents = [](const source::ResolvedImage& image) {
    const auto document =
        oci::parse_manifest_or_index(image.manifest_bytes, image.manifest.media_type);
    return images::ImageDocuments{std::get<oci::Manifest>(document), image.config};
  };
  const images::ImageDocuments old = documents(before), now = documents(after);
  out.layer = images::first_layer_difference(old, now);
  out.config = images::compare_configs(before.config_bytes, after.config_bytes, true);
  out.manifest = images::compare_manifests(old, now);
  if (before.config.diff_ids == after.config.diff_ids) return out;
  engine::LayerPool pool(session.store, transfer_lines("fetched"));
  add_layers(pool, before);
  const layer::LayerStack was = pool.stack(before.config.diff_ids, stop);
  engine::LayerPool made(session.store, transfer_lines("fetched"));
  add_layers(made, after);
  out.paths = images::compare_trees(was, made.stack(after.config.diff_ids, stop), {true});
  return out;
}

std::string layer_text(const images::LayerDifference& layer) {
  const auto digest = [](const std::optional<oci::Descriptor>& one) {
    return one ? one->digest.to_string() : std::string("none");
  };
  std::string text = "layer " + std::to_string(layer.number) +
                     " is the first that differs: " + digest(layer.before) + " -> " +
                     digest(layer.after) + "\n";
  if (!layer.step.empty()) text += "  made by: " + base::printable(layer.step) + "\n";
  if (layer.same_content) text += "  its files are the same, only the compression differs\n";
  return text;
}

void print_differences(const oci::Digest& image, const oci::Digest& rebuilt,
                       const std::vector<RebuildDifference>& platforms) {
  std::cout << "DIFFERENT: the image is " << image.to_string() << ", this build made "
            << rebuilt.to_string() << "\n";
  for (const RebuildDifference& one : platforms) {
    if (platforms.size() > 1)
      std::cout << base::printable(one.platform) << ": " << (one.same ? "same" : "different")
                << "\n";
    if (one.layer) std::cout << layer_text(*one.layer);
    std::cout << members_text(one.manifest) << members_text(one.config) << paths_text(one.paths);
  }
}

bool verify(const Arguments& arguments, const Globals& globals) {
  Session session = Session::open(globals);
  const std::stop_token stop = globals.signals->token();
  const Wanted wanted = open_wanted(arguments, session, stop);
  take_time(wanted.images.front());
  Arguments built = arguments;
  if (!built.compression_given)
    built.build.shared.compression = compression_of(wanted.images.front());
  const oci::Digest rebuilt = rebuild(request_of(built, wanted, globals), built, wanted, globals);
  std::vector<RebuildDifference> platforms;
  if (rebuilt != wanted.digest) {
    const auto made = session.network.open_source(
        "oci-layout://" + session.store.path() + "@" + rebuilt.to_string(), session.store);
    for (const source::ResolvedImage& image : wanted.images)
      platforms.push_back(
          compare(session, image, made->resolve(image.config.platform, stop), stop));
  }
  if (arguments.json) {
    std::cout << rebuild_json(wanted.digest, rebuilt, platforms);
  } else if (rebuilt == wanted.digest) {
    std::cout << "same: " << rebuilt.to_string() << "\n";
  } else {
    print_differences(wanted.digest, rebuilt, platforms);
  }
  std::cout << std::flush;
  return rebuilt == wanted.digest;
}

}  // namespace

void add_verify_command(CLI::App& app, const Globals& globals, int& exit_code) {
  CLI::App* command = app.add_subcommand(
      "verify", "build an image again from the same sources and compare the two");
  const auto arguments = std::make_shared<Arguments>();
  arguments->build.context = ".";
  command
      ->add_option("image", arguments->image,
                   "reference (the store's goes before the registry's), docker://, oci-layout:// "
                   "(or oci:), oci-archive:, docker-archive:")
      ->required();
  command->add_option("context", arguments->build.context,
                      "directory, git or http(s) address (default: .)");
  add_input_arguments(*command, arguments->build);
  command->add_option("--bake", arguments->bake,
                      "target of a bake file, in the place of a context; -f is the bake file then");
  add_list(*command, "--set", arguments->sets, "TARGET.KEY=VALUE, with --bake");
  add_list(*command, "--var", arguments->variables, "NAME=VALUE, with --bake");
  command->add_flag("--release", arguments->release,
                    "with --bake: variables, labels and annotations as cooper release sets them");
  add_step_options(*command, arguments->build.shared);
  command->add_flag("--use-cache", arguments->use_cache,
                    "believe steps of the cache (default: every step is run again)");
  command->add_flag("--json", arguments->json, "print what differs as JSON");
  command->footer(
      "SOURCE_DATE_EPOCH is the image's 'created', the compression that of its last layer. What "
      "the image\n"
      "was built with besides is told again: arguments, labels, secrets. The exit code is 0 if "
      "the digests are\n"
      "equal and 1 if not; then the first layer that differs is named, and every difference of "
      "manifest,\n"
      "configuration and files.\n\n"
      "Examples:\n"
      "  cooper verify registry.example/team/site:app-v1 --target app .\n"
      "  git checkout v1.2.3 && cooper verify --bake app --release "
      "registry.example/team/site:app-v1.2.3");
  command->callback([command, arguments, &globals, &exit_code] {
    arguments->compression_given = command->count("--compression") > 0;
    exit_code = verify(*arguments, globals) ? kSuccess : kFailure;
  });
}

}  // namespace cooper::cli
