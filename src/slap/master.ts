import type { Call, Reply } from './call.ts';
import { callMaster } from './call-master.ts';
import { excerpt, failure } from './failure.ts';
import { forSharedInstance, isPartition, partitionOf, referenceField, requestFields } from './fields.ts';
import { encodeParameters } from './json-parameter.ts';
import { marshal } from './marshal.ts';
import { readInstance, readPartition } from './read-answer.ts';
import { routeTo } from './route.ts';
import type { InstanceAnswer, InstanceRequest, MarshalValue, Master, SlapConnection } from './types.ts';
import { unmarshal } from './unmarshal.ts';

/** Statuses that mean that a requested instance is not ready yet. Both are normal: repeat the request later. */
const pendingReasons: Readonly<Record<number, string>> = {
  408: 'the master is still preparing it (408)',
  404: 'the master has no free partition for it, or no instance that could be shared (404)',
};

/**
 * A client of the classic SLAP protocol. Nothing is sent before the first method is called. A call fails when nothing
 * comes from the master for `timeout` milliseconds. Throws OperatorError for an unusable URL or certificate file.
 */
export function connectToMaster(connection: SlapConnection, timeout = 60_000): Master {
  const route = routeTo(connection, timeout);

  async function read<Value>(
    call: Call,
    reply: Reply,
    reader: (value: MarshalValue) => Value,
  ): Promise<Value> {
    try {
      return reader(unmarshal(reply.body));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw failure(
        route,
        call,
        `its answer cannot be used, ${reason} (${excerpt(call, reply.body)})`,
        "Check that the URL is a SlapOS master's, and what the instance was requested with",
      );
    }
  }

  async function post(
    path: string,
    purpose: string,
    fields: Record<string, string>,
    idempotent: boolean,
  ): Promise<void> {
    const all = { ...partitionOf(connection), ...fields };
    await callMaster(route, { method: 'POST', path, purpose, fields: all, idempotent, secret: true });
  }

  return {
    async fetchPartition() {
      const { computer_id, computer_partition_id } = partitionOf(connection);
      const call: Call = {
        method: 'GET',
        path: 'registerComputerPartition',
        purpose: `return the parameters of partition ${computer_partition_id}`,
        fields: { computer_reference: computer_id, computer_partition_reference: computer_partition_id },
        idempotent: true,
        secret: false,
      };
      return read(call, await callMaster(route, call), (value) =>
        readPartition(value, connection.softwareUrl),
      );
    },

    async request(request: InstanceRequest): Promise<InstanceAnswer> {
      const call: Call = {
        method: 'POST',
        path: 'requestComputerPartition',
        purpose: `provide the ${request.shared ? 'shared ' : ''}instance ${JSON.stringify(request.name)}`,
        fields: { ...(isPartition(connection) ? partitionOf(connection) : {}), ...requestFields(request) },
        idempotent: true,
        secret: true,
        expected: [404, 408],
      };
      const reply = await callMaster(route, call);
      const reason = pendingReasons[reply.status];
      return reason === undefined ? read(call, reply, readInstance) : { state: 'pending', reason };
    },

    async publish(parameters, reference) {
      const fields = { connection_xml: marshal(encodeParameters(parameters)), ...referenceField(reference) };
      await post('setComputerPartitionConnectionXml', `publish${forSharedInstance(reference)}`, fields, true);
    },

    async reportError(message, reference) {
      const fields = { error_log: message, ...referenceField(reference) };
      await post('softwareInstanceError', `record an error${forSharedInstance(reference)}`, fields, false);
    },

    async bang(message) {
      await post('softwareInstanceBang', 'process the instances again', { message }, false);
    },

    close: () => route.dispatcher.close(),
  };
}
