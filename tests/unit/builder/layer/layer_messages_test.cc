#include "builder/layer/layer_messages.h"

#include <doctest/doctest.h>

#include <string>

#include "base/error.h"

using namespace cooper;

namespace {

std::string answer(const std::string& size, const std::string& compression,
                   const std::string& oddities) {
  return R"({"diff_id":"sha256:)" + std::string(64, 'a') + R"(","tar_size":)" + size +
         R"(,"compression":)" + compression + R"(,"oddities":)" + oddities + "}";
}

}  // namespace

TEST_CASE("what the process says of a layer is read back as it was sent") {
  const layer::ReadLayer read = layer::parse_result(answer("10240", "2", R"([["odd",3,"a/b"]])"));
  CHECK(read.tar_size == 10240);
  CHECK(read.compression == layer::Compression::zstd);
  REQUIRE(read.oddities.kinds().size() == 1);
  CHECK(read.oddities.kinds().front() == layer::Oddities::Kind{"odd", 3, "a/b"});
  const std::string text = layer::result_to_json(read);
  CHECK(layer::result_to_json(layer::parse_result(text)) == text);
}

TEST_CASE("numbers that are no counts are refused") {
  for (const char* number : {"5839999999999999999999999999999942", "-1", "1.5", "1e400", "\"1\""}) {
    CAPTURE(number);
    CHECK_THROWS_AS((void)layer::parse_result(answer(number, "1", "[]")), base::Error);
    CHECK_THROWS_AS((void)layer::parse_result(answer("1", number, "[]")), base::Error);
    const std::string oddities = std::string(R"([["odd",)") + number + R"(,""]])";
    CHECK_THROWS_AS((void)layer::parse_result(answer("1", "1", oddities)), base::Error);
  }
  CHECK_THROWS_AS((void)layer::parse_result(answer("1", "3", "[]")), base::Error);
}
