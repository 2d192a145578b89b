// DataController: HTTP to DataService and back: one member function per row of the route table.
// Each decodes, asks the service once and encodes. Answers of reads are written straight into the
// response's body.
//
// Order of refusals, as bknd's: a query string that does not match its schema, permission, body,
// unknown entity, meaning of the query. An entity that a role may not touch is refused before it is
// said whether it exists.
//
// Thread-safe. Mounted routes hold it.
#pragma once

#include "noded/http.hpp"
#include "noded/identity.hpp"

#include "modules/data/data_service.hpp"
#include "modules/data/query_options.hpp"
#include "repository/database/access.hpp"

#include <boost/json/value.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace noded::data {

class DataController : public std::enable_shared_from_this<DataController> {
 public:
  DataController(
      database::Database& database,
      database::AccessProvider& access,
      Authorizer& authorizer,
      const DataLimits& limits
  );

  // The routes below `base` ("/api/data"); they keep this controller alive.
  std::vector<http::Route> routes(const std::string& base) const;

 private:
  // What a request is about: the schema that it began with, the entity it names (null: unknown) and
  // its rows' guard.
  struct Subject {
    std::shared_ptr<const database::Schema> schema;
    const database::Entity* entity = nullptr;
    std::unique_ptr<database::Access> access;
  };
  using Member = Task<http::Response> (DataController::*)(http::Request&) const;
  using MemberWithBase =
      Task<http::Response> (DataController::*)(http::Request&, std::string) const;
  // Handlers keep this controller alive; the second form hands the base path to the member.
  http::Handler bind(Member member) const;
  http::Handler bind(MemberWithBase member, const std::string& base) const;

  // read_routes.cpp
  Task<http::Response> read_many(http::Request& request) const;
  Task<http::Response> read_one(http::Request& request) const;
  Task<http::Response> read_by_reference(http::Request& request) const;
  Task<http::Response> query(http::Request& request) const;
  Task<http::Response> count(http::Request& request) const;
  Task<http::Response> exists(http::Request& request) const;
  template <class Ask>
  Task<http::Response> answer_about(http::Request& request, std::string_view name, Ask ask) const;
  Task<http::Response> answer_many(
      http::Request& request, const Subject& subject, const QueryOptions& options, SteadyTime begun
  ) const;

  // write_routes.cpp
  Task<http::Response> create(http::Request& request) const;
  Task<http::Response> update(http::Request& request) const;
  Task<http::Response> update_where(http::Request& request) const;
  Task<http::Response> erase(http::Request& request) const;
  Task<http::Response> erase_where(http::Request& request) const;
  // How many rows were written; empty: the one that was meant is not there.
  using Items = std::optional<std::uint64_t>;
  // Writes and appends the data to `out`. Asked once the guard has agreed.
  using Work = Task<Result<Items>> (DataController::*)(
      http::Request& request, const Subject& subject, Asking asking, std::string& out
  ) const;
  Task<http::Response> write(http::Request& request, database::Action action, int status, Work work)
      const;
  Task<Result<Items>> create_rows(
      http::Request& request, const Subject& subject, Asking asking, std::string& out
  ) const;
  Task<Result<Items>> update_row(
      http::Request& request, const Subject& subject, Asking asking, std::string& out
  ) const;
  Task<Result<Items>> update_rows(
      http::Request& request, const Subject& subject, Asking asking, std::string& out
  ) const;
  Task<Result<Items>> erase_row(
      http::Request& request, const Subject& subject, Asking asking, std::string& out
  ) const;
  Task<Result<Items>> erase_rows(
      http::Request& request, const Subject& subject, Asking asking, std::string& out
  ) const;

  // description_routes.cpp
  Task<http::Response> configuration(http::Request& request) const;
  Task<http::Response> synchronise(http::Request& request) const;
  Task<http::Response> types(http::Request& request) const;
  Task<http::Response> info(http::Request& request) const;
  Task<http::Response> schema_index(http::Request& request, std::string base) const;
  Task<http::Response> entity_schema(http::Request& request, std::string base) const;
  // The refusal of a description of the request's entity: system.schema.read, then whether any of
  // its rows may be read.
  std::optional<http::Response> refuse_description(
      const http::Request& request, const Subject& subject
  ) const;

  // shared by the above (data_controller.cpp)
  Subject subject_of(const http::Request& request) const;
  // The answer in place of what was asked for, when the guard refuses or the entity is unknown.
  static std::optional<http::Response> refuse_subject(
      const http::Request& request, const Subject& subject, database::Action action
  );
  // What `error` is answered with. A refusal of the guard comes before an error in what the query
  // means.
  static http::Response answer(const http::Request& request, const Error& error);
  static http::Response answer_after_guard(
      const http::Request& request,
      const Subject& subject,
      database::Action action,
      const Error& error
  );
  // `absent` stands for a body that was not sent.
  static Task<Result<json::value>> read_json(
      http::Request& request, std::optional<json::value> absent = std::nullopt
  );
  SteadyTime now() const { return database_.clock().steady(); }
  // Append `"meta":{…}}`, the end of an answer; `time` is what passed since `begun`.
  void end_written(std::string& out, std::uint64_t items, SteadyTime begun) const;
  // That and the answer itself, which says what it saw: X-Store-Seq, from where on an event stream
  // tells what comes behind it.
  http::Response end_read(
      int status,
      std::string out,
      const database::Page& page,
      SteadyTime begun,
      std::string_view plan = {}
  ) const;

  database::Database& database_;
  database::AccessProvider& access_;
  Authorizer& authorizer_;
  DataLimits limits_;
  DataService service_;
};

}  // namespace noded::data
