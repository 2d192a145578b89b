#include "cli/schema_command.hpp"
#include "codec/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <cstdint>
#include <exception>

namespace noded::cli {
namespace {

namespace json = boost::json;

std::string_view text_of(const json::value& value) {
  const json::string& text = value.as_string();
  return {text.data(), text.size()};
}

std::uint64_t number_of(const json::value& value) {
  return value.to_number<std::uint64_t>();
}

char sign_of(const json::value& item) {
  const std::string_view change = text_of(item.at("change"));
  return change == "added" ? '+' : change == "removed" ? '-' : '~';
}

std::string joined(const json::value& texts) {
  std::string out;
  for (const json::value& text : texts.as_array())
    out.append(out.empty() ? "" : ", ").append(text_of(text));
  return out;
}

std::string line_of_entity(const json::value& entity) {
  const std::uint64_t rows = number_of(entity.at("rows"));
  const bool goes = text_of(entity.at("change")) == "removed";
  std::string note;
  if (rows > 0) note = fmt::format(" ({} rows {})", rows, goes ? "are kept" : "come back");
  return fmt::format("  {} entity    {}{}\n", sign_of(entity), text_of(entity.at("name")), note);
}

std::string line_of_field(const json::value& field) {
  const std::string members = joined(field.at("members"));
  return fmt::format(
      "  {} field     {}.{}{}\n",
      sign_of(field),
      text_of(field.at("entity")),
      text_of(field.at("name")),
      members.empty() ? "" : " (" + members + ")"
  );
}

std::string line_of_index(const json::value& index) {
  const std::string_view change = text_of(index.at("change"));
  std::string note;
  if (change != "removed") {
    note = fmt::format(
        ": {} over {} rows", change == "added" ? "built" : "built anew", number_of(index.at("rows"))
    );
  }
  return fmt::format(
      "  {} {:<9} {} on {}({}){}\n",
      sign_of(index),
      index.at("unique").as_bool() ? "unique" : "index",
      text_of(index.at("name")),
      text_of(index.at("entity")),
      joined(index.at("fields")),
      note
  );
}

std::string cost_of(const json::value& plan) {
  const std::uint64_t rows = number_of(plan.at("rows"));
  if (rows == 0) return "There are no rows to read; it takes a moment.\n";
  if (plan.at("seconds").is_null())
    return fmt::format("{} rows to read; how fast is not known before the first change.\n", rows);
  return fmt::format(
      "{} rows to read: about {} s at {} rows/s, as the last time.\n",
      rows,
      number_of(plan.at("seconds")),
      number_of(plan.at("rows_per_second"))
  );
}

std::string screen(const json::value& plan) {
  std::string out;
  for (const json::value& obstacle : plan.at("obstacles").as_array())
    out +=
        fmt::format("  ! {}: {}\n", text_of(obstacle.at("place")), text_of(obstacle.at("reason")));
  if (!out.empty()) return out + "\nThis configuration cannot be put in force.\n";
  for (const json::value& entity : plan.at("entities").as_array())
    out += line_of_entity(entity);
  for (const json::value& field : plan.at("fields").as_array())
    out += line_of_field(field);
  for (const json::value& relation : plan.at("relations").as_array())
    out += fmt::format("  {} relation  {}\n", sign_of(relation), text_of(relation.at("name")));
  for (const json::value& index : plan.at("indices").as_array())
    out += line_of_index(index);
  for (const json::value& path : plan.at("settings").as_array())
    out += fmt::format("  ~ setting   {}\n", text_of(path));
  if (!plan.at("changes").as_bool()) return "There is nothing to do.\n";
  return out + "\n" + cost_of(plan);
}

std::string running_text(const json::value& status) {
  std::string out = "A change of the configuration is under way";
  if (!status.at("begun").is_null()) out += fmt::format(" since {}", text_of(status.at("begun")));
  out += fmt::format(
      ": {} of {} rows are indexed", number_of(status.at("rows_done")), number_of(status.at("rows"))
  );
  if (const auto rate = number_of(status.at("rows_per_second")); rate > 0)
    out += fmt::format(", {} rows/s", rate);
  out += ".\n";
  if (status.at("resumed").as_bool()) out += "It goes on after a restart of the node.\n";
  const std::string_view waits_for = text_of(status.at("waits_for"));
  if (!waits_for.empty()) out += fmt::format("It waits: {}\n", waits_for);
  return out;
}

std::string state_screen(const json::value& status) {
  if (status.at("running").as_bool()) return running_text(status);
  std::string out = "No change of the configuration is under way.\n";
  const json::value& last = status.at("last");
  if (number_of(last.at("number")) == 0) return out;
  if (last.at("error").is_null()) return out + "The last one is in force.\n";
  return out + fmt::format("The last one is not in force: {}\n", text_of(last.at("error")));
}

template <class Screen>
std::string shown(std::string_view answer, Screen screen_of) {
  const auto parsed = codec::parse_json(answer, "answer");
  if (!parsed) return {};
  try {
    return screen_of(*parsed);
  } catch (const std::exception&) {  // members are missing: the node is of another version
    return {};
  }
}

}  // namespace

std::string plan_screen(std::string_view answer) {
  return shown(answer, screen);
}

std::string change_screen(std::string_view answer) {
  return shown(answer, state_screen);
}

}  // namespace noded::cli
