#include "smoke/step_runner.h"

#include "base/error.h"
#include "base/source.h"
#include "registry/http/url.h"
#include "smoke/html_assets.h"
#include "smoke/signal_number.h"

namespace cooper::smoke {
namespace {

using base::Error;
using base::ErrorKind;

constexpr Milliseconds kPause{100};
constexpr std::size_t kMaxDetail = 2000;

// What a step found: it held, or why not.
struct Finding {
  bool held = false;
  std::string detail;
};
Finding held(std::string remark = {}) { return {true, std::move(remark)}; }
Finding failed(std::string cause) { return {false, std::move(cause)}; }

// The beginning of a text of others, for a message.
std::string excerpt(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  if (text.empty()) return "nothing";
  const bool whole = text.size() <= kMaxDetail;
  return "'" + base::printable(text.substr(0, kMaxDetail)) + (whole ? "'" : "' and more");
}

class StepRunner {
 public:
  explicit StepRunner(Pod& pod) : pod_(pod) {}

  Finding operator()(const ExecStep& step) {
    const ExecResult result = pod_.exec(step.argv, step.timeout);
    if (result.status.code != step.expect_exit) {
      return failed(smoke::describe(result.status) + " instead of status " +
                    std::to_string(step.expect_exit) + "; it said " + excerpt(result.output));
    }
    if (!step.expect_output.empty() && !Pattern(step.expect_output).found_in(result.output)) {
      return failed("it said " + excerpt(result.output));
    }
    return held();
  }

  Finding operator()(const WaitHttpStep& step) {
    const auto deadline = pod_.now() + step.timeout;
    for (;;) {
      const HttpAnswer answer = pod_.get(step.request, left_until(deadline));
      if (answer.error.empty() && answer.status == step.expect_status) return held();
      const std::string last = answer.error.empty()
                                   ? "the last answer was " + std::to_string(answer.status)
                                   : answer.error;
      if (const auto lost = lost_container()) return failed(*lost);
      if (pod_.now() >= deadline) return failed(last);
      pod_.pause(kPause);
    }
  }

  Finding operator()(const HttpStep& step) {
    const auto deadline = pod_.now() + step.timeout;
    const HttpAnswer answer = pod_.get(step.request, step.timeout);
    if (!answer.error.empty()) return failed(answer.error);
    if (answer.status != step.expect_status) {
      return failed("it answered " + std::to_string(answer.status) + " with " +
                    excerpt(answer.body));
    }
    if (!step.expect_body.empty() && !Pattern(step.expect_body).found_in(answer.body)) {
      return failed("it said " + excerpt(answer.body));
    }
    return step.fetch_assets ? fetch_assets(step.request, answer.body, deadline) : held();
  }

  Finding operator()(const WaitOutputStep& step) {
    const Pattern pattern(step.regex);
    const auto deadline = pod_.now() + step.timeout;
    for (;;) {
      const auto ended = pod_.wait_for_end(Milliseconds(0));
      if (pod_.wrote(pattern)) return held();
      if (ended)
        return failed("no line matches, and the main process ended with " +
                      smoke::describe(*ended));
      if (const auto lost = pod_.lost_sidecar()) return failed(*lost);
      if (pod_.now() >= deadline) return failed("no line matches");
      pod_.pause(kPause);
    }
  }

  Finding operator()(const SignalStep& step) {
    if (const auto lost = lost_container()) return failed(*lost);
    pod_.signal(step.name == "stop" ? 0 : signal_number(step.name).value());
    return held();
  }

  Finding operator()(const ExitStep& step) {
    const auto ended = pod_.wait_for_end(step.timeout);
    if (!ended) return failed("the main process still runs");
    if (step.expect_exit && ended->code != *step.expect_exit)
      return failed(smoke::describe(*ended));
    return held(step.expect_exit ? "" : smoke::describe(*ended));
  }

  Finding operator()(const StayStep& step) {
    const auto ended = pod_.wait_for_end(step.time);
    if (ended) return failed("it ended with " + smoke::describe(*ended));
    if (const auto lost = pod_.lost_sidecar()) return failed(*lost);
    return held();
  }

 private:
  Milliseconds left_until(Pod::Clock::time_point deadline) {
    const auto left = std::chrono::duration_cast<Milliseconds>(deadline - pod_.now());
    return std::max(left, Milliseconds(1));
  }

  std::optional<std::string> lost_container() {
    if (const auto ended = pod_.wait_for_end(Milliseconds(0))) {
      return "the main process ended with " + smoke::describe(*ended);
    }
    return pod_.lost_sidecar();
  }

  // Addresses in a page are of the host that the visitor asked for, connections go to where the pod
  // listens.
  Finding fetch_assets(const HttpRequest& request, const std::string& body,
                       Pod::Clock::time_point deadline) {
    const http::Url real = http::parse_url(request.url);
    const http::Url page =
        request.host.empty() ? real : http::resolve(real, "http://" + request.host + real.path);
    const PageAssets assets = list_assets(body, page);
    if (!assets.unreadable.empty())
      return failed("the page asks for " + excerpt(assets.unreadable.front()));
    if (assets.own.empty()) return failed("the page asks for no asset of its own host");
    for (const Asset& asset : assets.own) {
      http::Url url = real;
      url.path = asset.url.path;
      url.query = asset.url.query;
      const HttpAnswer answer =
          pod_.get({http::to_string(url), request.host}, left_until(deadline));
      const std::string name = base::printable(asset.url.path);
      if (!answer.error.empty()) return failed(name + ": " + answer.error);
      if (answer.status != 200) return failed(name + " answers " + std::to_string(answer.status));
      if (asset.is_code && answer.content_type.starts_with("text/html")) {
        return failed(name + " answers with a page in the place of a script or style sheet");
      }
    }
    std::string remark =
        std::to_string(assets.own.size()) + (assets.own.size() == 1 ? " asset" : " assets");
    if (!assets.elsewhere.empty())
      remark += ", " + std::to_string(assets.elsewhere.size()) + " of other hosts not fetched";
    return held(remark);
  }

  Pod& pod_;
};

Finding run_step(const Step& step, Pod& pod) {
  StepRunner runner(pod);
  try {
    return std::visit(runner, step);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    return failed(error.what());
  }
}

}  // namespace

std::vector<StepResult> run_steps(const std::vector<Step>& steps, Pod& pod,
                                  const StepSink& on_result) {
  std::vector<StepResult> results;
  for (const Step& step : steps) {
    const auto begin = pod.now();
    Finding finding = run_step(step, pod);
    results.push_back({smoke::describe(step), finding.held,
                       std::chrono::duration_cast<Milliseconds>(pod.now() - begin),
                       std::move(finding.detail)});
    on_result(results.back());
    if (!finding.held) break;
  }
  return results;
}

std::string describe(const sandbox::ExitStatus& status) {
  if (status.signal) return "signal " + signal_name(*status.signal);
  return "status " + std::to_string(status.code);
}

}  // namespace cooper::smoke
