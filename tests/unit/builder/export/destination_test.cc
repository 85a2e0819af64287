#include <doctest/doctest.h>

#include "base/error.h"
#include "builder/export/image_export.h"

namespace cooper::export_ {
namespace {

TEST_CASE("outputs are read as buildx writes them") {
  Destination to = parse_destination("type=oci,dest=out.tar");
  CHECK(to.kind == Kind::oci);
  CHECK(to.dest == "out.tar");
  CHECK_FALSE(to.as_directory);
  CHECK(parse_destination("type=oci,dest=out,tar=false").as_directory);
  CHECK(parse_destination("dest=x,type=docker").kind == Kind::docker);
  CHECK(parse_destination("type=registry").kind == Kind::registry);
  CHECK(parse_destination("type=image,push=true").kind == Kind::registry);
  CHECK(parse_destination("out/dir").kind == Kind::local);
  CHECK(parse_destination("-").kind == Kind::tar);
  CHECK(parse_destination("type=tar,dest=-").dest == "-");
  to = parse_destination(R"(type=registry,"name=a:1,b:2",oci-mediatypes=true)");
  CHECK(to.attributes.at("name") == "a:1,b:2");
  CHECK(parse_destination(R"(type=tar,"dest=a ""quoted"", name")").dest == R"(a "quoted", name)");
}

TEST_CASE("what is not supported is refused by name") {
  const auto error_of = [](const char* text) {
    try {
      static_cast<void>(parse_destination(text));
    } catch (const base::Error& error) {
      CHECK(error.kind() == base::ErrorKind::usage);
      return std::string(error.what());
    }
    return std::string("no error");
  };
  CHECK(error_of("type=cacheonly") ==
        "parse output 'type=cacheonly': type 'cacheonly' is not known; there are registry, "
        "oci, docker, tar, local and image");
  CHECK(error_of("type=oci,dest=x,compression=zstd").find("'compression' is not supported") !=
        std::string::npos);
  CHECK(error_of("type=image").find("add push=true") != std::string::npos);
  CHECK(error_of("type=oci").find("there is no dest") != std::string::npos);
  CHECK(error_of("type=registry,dest=x").find("has no dest") != std::string::npos);
  CHECK(error_of("type=local,dest=-").find("standard output") != std::string::npos);
  CHECK(error_of("type=oci,dest=x,tar=maybe").find("true or false") != std::string::npos);
  CHECK(error_of("type=docker,dest=x,tar=false").find("tar=false") != std::string::npos);
  CHECK(error_of("dest=x").find("no type") != std::string::npos);
  CHECK(error_of("type=oci,x").find("'x' is not name=value") != std::string::npos);
  CHECK(error_of("type=oci,\"dest=x").find("quote") != std::string::npos);
  CHECK(error_of("").find("empty") != std::string::npos);
}

}  // namespace
}  // namespace cooper::export_
