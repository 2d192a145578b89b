#include "cli/doctor_command.hpp"

#include "cli/elapsed_line.hpp"
#include "cli/exit_code.hpp"
#include "cli/run_command.hpp"
#include "codec/json.hpp"
#include "node/installation_check.hpp"
#include "node/node_options.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

namespace noded::cli {
namespace {

namespace json = boost::json;
using node::InstallationFlaw;

// As long as the node itself takes it upon it.
constexpr std::chrono::hours kPatienceForAll{24};
constexpr std::string_view kRoute = "/api/admin/doctor";

std::string_view text_of(const json::value& value) {
  const json::string& text = value.as_string();
  return {text.data(), text.size()};
}

std::uint64_t number_of(const json::value& value) {
  return value.to_number<std::uint64_t>();
}

// What a person does about records that this program does not mend.
std::string_view advice_on(std::string_view code) {
  if (code == "reference_dangling")
    return "change the field to a row that is there, or to null, over the API";
  if (code == "not_unique") return "change or delete one of the rows over the API";
  return "stop the node and restore a backup; the row or file itself cannot be mended";
}

std::string lines_of(std::string_view what, std::string_view sentence, std::string_view mend) {
  return fmt::format(
      "  ! {}\n      {:<8} {}\n      {:<8} {}\n", sentence, "code", what, "mend", mend
  );
}

std::string lines_of(const json::value& finding) {
  const std::string_view code = text_of(finding.at("what"));
  return lines_of(
      code,
      text_of(finding.at("sentence")),
      finding.at("mendable").as_bool() ? "noded doctor --repair" : advice_on(code)
  );
}

// What a person may do about what is no damage.
std::string_view choice_on(std::string_view code) {
  if (code == "rows_kept") return "nothing: they can be read again once the entity is back";
  if (code == "polymorphic_dangling") return "change or delete them over the API, or let them be";
  if (code == "index_filling") return "noded schema status; noded doctor again when it is done";
  return "nothing";
}

// Of an older node there are none.
std::string notes_of(const json::value& answer) {
  std::string out;
  const json::value* notes = answer.as_object().if_contains("notes");
  if (notes == nullptr) return out;
  for (const json::value& note : notes->as_array()) {
    const std::string_view code = text_of(note.at("what"));
    out += fmt::format("  - {}\n      {:<8} {}\n", text_of(note.at("sentence")), "code", code);
    out += fmt::format("      {:<8} {}\n", "do", choice_on(code));
  }
  return out;
}

// "index_missing: 2400 more"
std::string unlisted(const json::value& answer) {
  std::string out;
  for (const auto& [code, count] : answer.at("counts").as_object()) {
    std::uint64_t listed = 0;
    for (const json::value& finding : answer.at("findings").as_array())
      listed += text_of(finding.at("what")) == code ? 1U : 0U;
    if (number_of(count) > listed)
      out +=
          fmt::format("  ! and {} more of {}\n", number_of(count) - listed, std::string_view(code));
  }
  return out;
}

// Of the answer's `secrets`, which an older node does not send.
struct SealedState {
  std::uint64_t records = 0;
  std::uint64_t unsealed = 0;
  std::uint64_t outdated = 0;
  std::uint64_t missing = 0;
};

std::optional<SealedState> sealed_state(const json::value& answer) {
  const json::value* secrets = answer.as_object().if_contains("secrets");
  if (secrets == nullptr) return std::nullopt;
  return SealedState{
      number_of(secrets->at("records")),
      number_of(secrets->at("unsealed")),
      number_of(secrets->at("outdated")),
      number_of(secrets->at("missing"))
  };
}

std::string secrets_lines(const json::value& answer) {
  const auto state = sealed_state(answer);
  if (!state) return {};
  std::string out = fmt::format(
      "  {:<10} {} sealed, {} of them under an older key\n",
      "secrets",
      state->records - state->unsealed,
      state->outdated
  );
  if (state->unsealed > 0) {
    out += lines_of(
        "secrets_unsealed",
        fmt::format("{} secrets lie readable in the store", state->unsealed),
        "noded secrets rotate"
    );
  }
  if (state->missing > 0) {
    out += lines_of(
        "secrets_key_missing",
        fmt::format("{} secrets need a key that is not in the key file", state->missing),
        "put the key back from a copy of the key file; noded secrets status"
    );
  }
  return out;
}

std::string screen(const json::value& answer) {
  std::string out = fmt::format(
      "  {:<10} rows {}, entities {}, index entries {}, changes {}\n",
      "records",
      number_of(answer.at("rows")),
      number_of(answer.at("entities")),
      number_of(answer.at("index_entries")),
      number_of(answer.at("changes"))
  );
  out += secrets_lines(answer);
  for (const auto& [code, count] : answer.at("mended").as_object())
    out += fmt::format("  {:<10} {} of {}\n", "mended", number_of(count), std::string_view(code));
  for (const json::value& finding : answer.at("findings").as_array())
    out += lines_of(finding);
  return out + unlisted(answer) + notes_of(answer);
}

// What the node said about its records, or why it said nothing.
struct Records {
  std::optional<json::value> answer;
  std::optional<InstallationFlaw> failure;
  std::optional<std::string> checked_since;  // by another check that is under way; may be empty
};

std::string_view advice_on(Errc code) {
  switch (code) {
    case Errc::kInternal:
      return "restore a backup; keep the damaged directory until that is done";
    case Errc::kInvalid:
      return "do as it says, or correct what it names";
    case Errc::kTimeout:
      return "look at noded status and at the node's log";
    case Errc::kForbidden:
      return "run this as the user of the node";
    default:
      return "correct what it names; if files of the store are gone or damaged, restore a backup";
  }
}

// Empty when the answer has no such text.
std::string text_at(const http::ClientAnswer& answer, std::string_view name) {
  const auto body = codec::parse_json(answer.body, "answer");
  const json::object* object = body ? body->if_object() : nullptr;
  const json::value* value = object == nullptr ? nullptr : object->if_contains(name);
  return std::string(value != nullptr && value->is_string() ? text_of(*value) : "");
}

std::string refusal_of(const http::ClientAnswer& answer) {
  if (answer.status == 404) return "no role of this node has records that can be checked";
  const std::string error = text_at(answer, "error");
  return fmt::format(
      "the node answered {}: {}", answer.status, error.empty() ? answer.body : error
  );
}

Records ask_about_records(
    const Loaded& loaded, const std::string& data, bool repairs, bool tells_time
) {
  const ElapsedLine line("checking the records", tells_time);
  const std::string body = codec::to_json_text(json::object{{"repair", repairs}});
  const auto answer =
      ask_node_or_run_it(loaded, http::Method::kPost, kRoute, body, kPatienceForAll);
  if (!answer) {
    const Error& error = answer.error();
    return {
        {}, InstallationFlaw{"node", data, error.message, std::string(advice_on(error.code))}, {}
    };
  }
  auto parsed = codec::parse_json(answer->body, "answer");
  if (answer->status == 200 && parsed) {
    if (!records_screen(answer->body).empty()) return {std::move(*parsed), {}, {}};
    const std::string sentence = "the node's answer is none: it is of another version";
    return {{}, InstallationFlaw{"records", data, sentence, "use the noded that runs there"}, {}};
  }
  if (answer->status == 409) return {{}, {}, text_at(*answer, "since")};
  const InstallationFlaw refused{"records", data, refusal_of(*answer), "look at the node's log"};
  return {{}, refused, {}};
}

bool has_findings(const json::value& answer) {
  const json::object* object = answer.if_object();
  const json::value* counts = object == nullptr ? nullptr : object->if_contains("counts");
  if (counts == nullptr || !counts->is_object() || !counts->get_object().empty()) return true;
  const auto secrets = sealed_state(answer);
  return secrets && (secrets->unsealed > 0 || secrets->missing > 0);
}

int exit_code_of(const std::vector<InstallationFlaw>& flaws, const Records& records) {
  if (!flaws.empty()) return kFailed;
  if (records.checked_since) return kBusy;
  return has_findings(*records.answer) ? kFailed : kDone;
}

using Paths = std::vector<std::filesystem::path>;

void print_json(
    const std::vector<InstallationFlaw>& flaws,
    const Paths& backups,
    const Records& records,
    int exit_code
) {
  json::array kept;
  for (const std::filesystem::path& backup : backups)
    kept.emplace_back(backup.string());
  json::array installation;
  for (const InstallationFlaw& flaw : flaws) {
    installation.push_back(json::object{
        {"what", flaw.what},
        {"where", flaw.where},
        {"sentence", flaw.sentence},
        {"mend", flaw.mend},
    });
  }
  json::object all{
      {"in_order", exit_code == kBusy ? json::value(nullptr) : exit_code == kDone},
      {"installation", std::move(installation)},
      {"migration_backups", std::move(kept)},
      {"records", records.answer ? *records.answer : json::value(nullptr)},
  };
  if (records.checked_since) all.emplace("checked_since", *records.checked_since);
  fmt::print("{}\n", codec::to_json_text(all));
}

std::string_view verdict(int exit_code) {
  if (exit_code == kBusy) return "Run noded doctor again when that check is done.";
  return exit_code == kDone ? "Everything is in order." : "Not everything is in order.";
}

void print_screen(
    const std::string& data,
    const std::vector<InstallationFlaw>& flaws,
    const Paths& backups,
    const Records& records,
    int exit_code
) {
  fmt::print("  {:<10} {}\n", "data", data);
  for (const std::filesystem::path& backup : backups)
    fmt::print(
        "  {:<10} {}, made before a migration; remove it when all is well\n",
        "backup",
        backup.string()
    );
  for (const InstallationFlaw& flaw : flaws)
    fmt::print("{}", lines_of(flaw.what, flaw.sentence, flaw.mend));
  if (records.answer) fmt::print("{}", records_screen(codec::to_json_text(*records.answer)));
  if (records.checked_since) {
    fmt::print(
        "  {:<10} a check is under way already, since {}; its end is in the node's log\n",
        "records",
        *records.checked_since
    );
  }
  fmt::print("\n{}\n", verdict(exit_code));
}

}  // namespace

std::string records_screen(std::string_view answer) {
  const auto parsed = codec::parse_json(answer, "answer");
  if (!parsed) return {};
  try {
    return screen(*parsed);
  } catch (const std::exception&) {  // members are missing: the node is of another version
    return {};
  }
}

int examine_node(const Loaded& loaded, bool repairs, bool as_json) {
  if (!has_store(loaded)) return kFailed;
  const std::string data =
      std::filesystem::absolute(loaded.configuration->get(node::kData)).lexically_normal();
  auto flaws = node::check_installation(*loaded.configuration);
  const auto backups = node::migration_backups(*loaded.configuration);
  Records records = ask_about_records(loaded, data, repairs, !as_json);
  if (records.failure) flaws.push_back(std::move(*records.failure));
  const int exit_code = exit_code_of(flaws, records);
  if (as_json) {
    print_json(flaws, backups, records, exit_code);
  } else {
    print_screen(data, flaws, backups, records, exit_code);
  }
  return exit_code;
}

}  // namespace noded::cli
