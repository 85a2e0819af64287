// Any bytes as what the process that reads layers answers, by the first byte: members, the state of
// a blob, the result of a layer. Refused, or written again and read as the same.
#include <cstdlib>
#include <string>

#include "base/error.h"
#include "base/sink.h"
#include "builder/layer/layer_messages.h"
#include "builder/layer/member_frames.h"

namespace {

using namespace cooper;

// Members one after the other, with their lengths: the same text for the same members, however they
// were cut into pieces.
class Written final : public layer::MemberVisitor {
 public:
  void begin(const std::string& path) override {
    text_ += std::to_string(path.size()) + ":" + path;
  }
  void feed(std::span<const std::byte> bytes) override { content_ += base::as_text(bytes); }
  void end() override {
    text_ += std::to_string(content_.size()) + ":" + content_;
    content_.clear();
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_, content_;
};

class Both final : public layer::MemberVisitor {
 public:
  Both(layer::MemberVisitor& one, layer::MemberVisitor& other) : one_(one), other_(other) {}
  void begin(const std::string& path) override { one_.begin(path), other_.begin(path); }
  void feed(std::span<const std::byte> bytes) override { one_.feed(bytes), other_.feed(bytes); }
  void end() override { one_.end(), other_.end(); }

 private:
  layer::MemberVisitor &one_, &other_;
};

void read_members(const std::string& bytes) {
  base::StringSink sink;
  layer::MemberFrames frames(sink);
  Written first, second;
  Both both(first, frames);
  base::StringSource source(bytes);
  if (!layer::visit_frames(source, both)) return;
  frames.flush();
  base::StringSource copy(sink.text());
  if (!layer::visit_frames(copy, second) || second.text() != first.text()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    switch (data[0] % 3) {
      case 0: read_members(text); break;
      case 1: {
        const std::string once = layer::state_to_json(layer::parse_state(text));
        if (layer::state_to_json(layer::parse_state(once)) != once) std::abort();
        break;
      }
      default: {
        const std::string once = layer::result_to_json(layer::parse_result(text));
        if (layer::result_to_json(layer::parse_result(once)) != once) std::abort();
      }
    }
  } catch (const base::Error&) {
  }
  return 0;
}
