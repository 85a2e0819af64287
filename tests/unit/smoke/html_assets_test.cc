#include "smoke/html_assets.h"

#include <doctest/doctest.h>

#include "base/error.h"

namespace cooper::smoke {
namespace {

std::vector<std::string> paths(const PageAssets& assets) {
  std::vector<std::string> result;
  for (const Asset& asset : assets.own) result.push_back(asset.url.path);
  return result;
}

const http::Url kPage = http::parse_url("http://site.example/shop/list?page=2");

}  // namespace

TEST_CASE("scripts, style sheets, icons and images of the page's own host are listed once") {
  const PageAssets assets = list_assets(R"(<!DOCTYPE html><html><head>
      <!-- <script src="/commented.js"></script> -->
      <link rel="stylesheet" href="/build/app.css" /><LINK REL='icon' HREF=favicon.ico>
      <link rel="canonical" href="/elsewhere">
      <script type="module" src="http://site.example/build/app.js"></script>
      <script>document.write('<img src="/never.png">')</script>
      <script src="https://cdn.example/x.js"></script></head>
      <body><img alt="a > b" src="/a.png?w=1&amp;h=2"><img src="data:image/png;base64,AA"><img src="/a.png?w=1&amp;h=2">
      <a href="/page">x</a></body></html>)",
                                        kPage);
  CHECK(paths(assets) ==
        std::vector<std::string>{"/build/app.css", "/shop/favicon.ico", "/build/app.js", "/a.png"});
  CHECK(assets.own[0].is_code);
  CHECK_FALSE(assets.own[1].is_code);
  CHECK(assets.own[3].url.query == "w=1&h=2");
  CHECK(assets.elsewhere == std::vector<std::string>{"https://cdn.example/x.js"});
  CHECK(assets.unreadable.empty());
}

TEST_CASE("broken markup ends, and an address that means nothing is told") {
  CHECK(paths(list_assets("<script src='/x.js", kPage)) == std::vector<std::string>{"/x.js"});
  CHECK(list_assets("<", kPage).own.empty());
  CHECK(list_assets("<img", kPage).own.empty());
  CHECK(list_assets("<img =src", kPage).own.empty());
  CHECK(list_assets("<!-- <img src=/a>", kPage).own.empty());
  CHECK(list_assets("<script src=\"http://[bad\"></script>", kPage).unreadable.size() == 1);
}

TEST_CASE("a page with very many assets is refused") {
  std::string page;
  for (std::size_t i = 0; i <= kMaxAssets; ++i) page += "<img src=/" + std::to_string(i) + ">";
  CHECK_THROWS_AS(static_cast<void>(list_assets(page, kPage)), base::Error);
}

}  // namespace cooper::smoke
