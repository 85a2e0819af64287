#include "evaluate_text.h"

#include <map>
#include <vector>

#include "builder/hcl/cursor.h"
#include "builder/hcl/expression_parser.h"
#include "builder/hcl/json_text.h"
#include "builder/hcl/number.h"

namespace cooper::hcl {
namespace {

class SomeNames final : public Names {
 public:
  Node variable(const std::string& name, const Expression& at) override {
    if (name == "two") return make_number(2);
    if (name == "list") return make_list({make_text("a"), make_text("b")});
    fail_at(at.where, "there is no variable '" + name + "'", {}, at.length);
  }
  bool is_block_type(std::string_view) const override { return false; }
  Node block(const std::string&, const std::string&, const std::string&,
             const Expression&) override {
    return {};
  }
  const UserFunction* find_function(const std::string&) const override { return nullptr; }
  std::vector<std::string> function_names() const override { return {}; }
};

}  // namespace

std::string evaluate_text(const std::string& text, const Facts& facts) {
  const Document document = make_document(text, "test.hcl");
  SomeNames names;
  Work work;
  try {
    Cursor cursor(text, {&document, 1, 1}, false);
    const Expression expression = ExpressionParser(cursor).whole_expression();
    return json_text(Evaluator(names, work, facts).evaluate(expression));
  } catch (const base::Error& error) {
    const std::string hint = error.hint().empty() ? "" : " [" + error.hint() + "]";
    if (!error.spot()) return error.cause() + hint;
    return std::to_string(error.spot()->line) + ":" + std::to_string(error.spot()->column) + " " +
           error.cause() + hint;
  }
}

}  // namespace cooper::hcl
