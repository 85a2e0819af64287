// A file, or what is between the braces of a block: attributes and blocks. From HCL's native syntax
// or from its JSON form.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "builder/hcl/expression.h"

namespace cooper::hcl {

struct Attribute {
  std::string name;
  Position where;
  Expression value;
};

struct Label {
  std::string text;
  Position where;
  std::size_t length = 0;  // as written, with quotes
};

struct Block;

struct Body {
  Position where;
  std::vector<Attribute> attributes;
  std::vector<Block> blocks;

  [[nodiscard]] const Attribute* find(std::string_view name) const;
};

struct Block {
  std::string type;
  Position where;
  std::vector<Label> labels;
  Body body;
};

// Native syntax. Throws base::Error with the spot; at most 4 MiB, valid UTF-8, blocks at most 16
// deep. `document` must be the text's and outlive the result.
[[nodiscard]] Body read_hcl(std::string_view text, const Document& document);

// Which block types there are and what is in them: JSON does not tell blocks from objects.
struct BlockType {
  std::size_t labels = 0;
  std::map<std::string, BlockType> blocks;
};

// An object of JSON as a body; texts in it are templates, members named "//" are comments. `what`
// names it in errors.
[[nodiscard]] Body json_body(const Node& object, const std::map<std::string, BlockType>& blocks,
                             const std::string& what);

}  // namespace cooper::hcl
