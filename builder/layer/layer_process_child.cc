// The side of layer_process.h that parses and writes.
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <exception>
#include <new>

#include "base/error.h"
#include "base/sink.h"
#include "builder/layer/archive_spool.h"
#include "builder/layer/checked_blob.h"
#include "builder/layer/layer_bytes.h"
#include "builder/layer/layer_messages.h"
#include "builder/layer/member_frames.h"
#include "builder/sandbox/child_messages.h"
#include "builder/sandbox/confinement.h"
#include "builder/sandbox/message.h"

namespace cooper::layer {
namespace {

using base::Error;
using base::ErrorKind;
using sandbox::Message;

Message ask(int control, char what, const std::string& path, char wanted) {
  sandbox::send_message(control, what + path);
  auto reply = sandbox::receive_message(control);
  if (!reply || reply->text.empty()) ::_exit(1);  // the builder has gone
  if (reply->text.front() != wanted && reply->text.front() != kNothing) ::_exit(1);
  return std::move(*reply);
}

void ask_for_lower(ReadOptions& options, const SentTask& sent, int control) {
  if (sent.finds_lower) {
    options.find_lower = [control](const std::string& path) -> std::optional<Entry> {
      const Message reply = ask(control, kFindLower, path, kEntry);
      if (reply.text.front() == kNothing) return std::nullopt;
      return parse_layer_index(std::string_view(reply.text).substr(1)).entries().at(0);
    };
  }
  if (sent.opens_lower) {
    options.open_lower = [control](const std::string& path) {
      Message reply = ask(control, kOpenLower, path, kOpened);
      return std::move(reply.fds.at(0));
    };
  }
}

void read_it(int control, CheckedBlob& blob, const SentTask& sent, int directory, int index) {
  ReadOptions options = sent.options;
  if (sent.delta) options.delta = &*sent.delta;
  ask_for_lower(options, sent, control);
  const LayerTask& task = sent.task;
  const ReadLayer result =
      unpack_layer({blob, task.descriptor.size, task.descriptor.digest.to_string(),
                    task.descriptor.media_type, task.expected, task.want_index},
                   directory, task.form, {}, options);
  if (task.want_index) base::write_all(index, base::as_bytes(serialize(result.index)), "index");
  sandbox::send_message(control, kFinished + result_to_json(result));
}

void report(int control, char what, const Error& error) {
  sandbox::send_message(control,
                        what + sandbox::to_json(sandbox::Report(sandbox::failed_from(error))));
}

void serve_layer(int control, Message message) {
  const SentTask sent = parse_task(std::string_view(message.text).substr(1));
  const int directory = message.fds.size() > 2 ? message.fds[2].get() : -1;
  const std::string name = sent.task.descriptor.digest.to_string();
  CheckedBlob blob(std::move(message.fds.at(0)), sent.task.descriptor.digest);
  try {
    sandbox::confine_reader(directory, sent.options.limits.tar_bytes);
    read_it(control, blob, sent, directory, message.fds.at(1).get());
  } catch (const Error& error) {
    report(control, blob.bad() ? kBadBlob : kFailed, error);
  } catch (const std::bad_alloc&) {
    report(control, kFailed,
           Error(ErrorKind::limit, "read layer", name, "it needs more memory than a layer may"));
  }
}

// What of the blob was wanted, into the pipe; what is said at the end.
std::string give_content(CheckedBlob& blob, const ContentTask& task, Message& message) {
  const std::string name = task.digest.to_string();
  if (task.wanted == Wanted::state) return state_to_json(check_layer_here(blob, name, {}));
  base::FdSink pipe(std::move(message.fds.at(1)), "the builder's pipe");
  if (task.wanted == Wanted::members) {
    MemberFrames frames(pipe);
    read_members_here(blob, name, {}, frames);
    frames.flush();
  } else {
    read_tar_here(blob, name, {}, [&](base::Source& tar) { base::copy(tar, pipe); });
  }
  return {};
}

void serve_content(int control, Message message) {
  const ContentTask task = parse_content_task(std::string_view(message.text).substr(1));
  CheckedBlob blob(std::move(message.fds.at(0)), task.digest, task.checked);
  try {
    sandbox::confine_reader(-1, LayerLimits().tar_bytes);
    sandbox::send_message(control, kFinished + give_content(blob, task, message));
  } catch (const Error& error) {
    report(control, blob.bad() ? kBadBlob : kFailed, error);
  } catch (const std::bad_alloc&) {
    report(control, kFailed,
           Error(ErrorKind::limit, "read layer", task.digest.to_string(),
                 "it needs more memory than a layer may"));
  }
}

void serve_archive(int control, Message message) {
  const ArchiveTask task = parse_archive_task(std::string_view(message.text).substr(1));
  try {
    sandbox::confine_reader(-1, task.limits.tar_bytes);
    ArchiveSpool spool;
    spool.bytes = std::move(message.fds.at(1));
    const bool is_archive =
        spool_archive_here(std::move(message.fds.at(0)), task.name, task.limits, spool);
    base::write_all(message.fds.at(2).get(), base::as_bytes(serialize(spool.members)), "members");
    sandbox::send_message(control, kFinished + std::string(is_archive ? kIsArchive : kNoArchive));
  } catch (const Error& error) {
    report(control, kFailed, error);
  } catch (const std::bad_alloc&) {
    report(control, kFailed,
           Error(ErrorKind::limit, "read archive", task.name,
                 "it needs more memory than an archive may"));
  }
}

void serve(int control, Message message) {
  if (message.text.starts_with(kTask)) return serve_layer(control, std::move(message));
  if (message.text.starts_with(kContent)) return serve_content(control, std::move(message));
  if (message.text.starts_with(kArchive)) return serve_archive(control, std::move(message));
}

}  // namespace

void run_layer_task(base::Fd control) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  try {
    auto message = sandbox::receive_message(control.get());
    if (message) serve(control.get(), std::move(*message));
  } catch (const std::exception&) {
    ::_exit(1);
  }
  ::_exit(0);
}

}  // namespace cooper::layer
