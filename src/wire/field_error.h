// What is wrong with one field of a body or query. The message never repeats the value.
#pragma once

#include <boost/describe/enum.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace cobro::wire {

enum class FieldCode {
  required,
  wrong_type,
  out_of_range,
  too_short,
  too_long,
  not_one_of,
  invalid_format,
  not_a_number,
  too_many_items,
  too_few_items,
  card_data_not_allowed,
};
BOOST_DESCRIBE_ENUM(FieldCode, required, wrong_type, out_of_range, too_short, too_long, not_one_of,
                    invalid_format, not_a_number, too_many_items, too_few_items,
                    card_data_not_allowed)

struct FieldError {
  std::string field;  // "items[0].quantity"; empty for the whole
  FieldCode code = FieldCode::required;
  std::string message;  // follows the field's name: "must be a string"

  friend bool operator==(const FieldError&, const FieldError&) = default;
};
using FieldErrors = std::vector<FieldError>;

// Gives the word that answers print.
std::string_view to_word(FieldCode code);
// Whether card data was refused; then nothing else is in the list.
bool is_card_refusal(const FieldErrors& errors);

}  // namespace cobro::wire
