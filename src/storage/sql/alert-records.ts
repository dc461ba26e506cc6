import type { AlertGroupRecord, AlertRuleRecord, IncidentEventRecord, IncidentRecord } from '../ports/alerts.ts';
import { RecordMap } from './record-map.ts';

export const ALERT_RULES = new RecordMap<AlertRuleRecord>('alert_rules', [
  { name: 'rule_id', field: 'id', kind: 'text' },
  { name: 'name', field: 'name', kind: 'text' },
  { name: 'enabled', field: 'enabled', kind: 'boolean' },
  { name: 'severity', field: 'severity', kind: 'text' },
  { name: 'labels', field: 'labels', kind: 'json' },
  { name: 'rule', field: 'rule', kind: 'json' },
  { name: 'grouping', field: 'grouping', kind: 'json' },
  { name: 'steps', field: 'steps', kind: 'json' },
  { name: 'version', field: 'version', kind: 'integer' },
  { name: 'created_ms', field: 'createdAt', kind: 'instant' },
]);

export const INCIDENTS = new RecordMap<IncidentRecord>('incidents', [
  { name: 'incident_id', field: 'id', kind: 'text' },
  { name: 'rule_id', field: 'ruleId', kind: 'text' },
  { name: 'rule_name', field: 'ruleName', kind: 'text' },
  { name: 'severity', field: 'severity', kind: 'text' },
  { name: 'store_id', field: 'storeId', kind: 'text' },
  { name: 'kind', field: 'kind', kind: 'text' },
  { name: 'label', field: 'label', kind: 'text' },
  { name: 'value', field: 'value', kind: 'text' },
  { name: 'since_ms', field: 'since', kind: 'instant' },
  { name: 'first_poll_ms', field: 'firstPoll', kind: 'instant' },
  { name: 'opened_by_ms', field: 'openedBy', kind: 'instant' },
  { name: 'opened_ms', field: 'openedAt', kind: 'instant' },
  { name: 'resolved_ms', field: 'resolvedAt', kind: 'instant' },
  { name: 'up_ms', field: 'upAt', kind: 'instant' },
  { name: 'resolution', field: 'resolution', kind: 'text' },
  { name: 'settled_ms', field: 'settledThrough', kind: 'instant' },
  { name: 'parent_id', field: 'parentId', kind: 'text' },
  { name: 'outage_id', field: 'outageId', kind: 'text' },
  { name: 'group_id', field: 'groupId', kind: 'text' },
  { name: 'after_planned', field: 'afterPlanned', kind: 'boolean' },
  { name: 'said', field: 'said', kind: 'text' },
  { name: 'said_ms', field: 'saidAt', kind: 'instant' },
  { name: 'told', field: 'told', kind: 'json' },
  { name: 'step', field: 'step', kind: 'integer' },
  { name: 'acknowledged_ms', field: 'acknowledgedAt', kind: 'instant' },
  { name: 'acknowledged_by', field: 'acknowledgedBy', kind: 'text' },
  { name: 'acknowledgement', field: 'acknowledgement', kind: 'text' },
  { name: 'snoozed_until_ms', field: 'snoozedUntil', kind: 'instant' },
  { name: 'assignee_id', field: 'assigneeId', kind: 'text' },
  { name: 'version', field: 'version', kind: 'integer' },
]);

export const INCIDENT_EVENTS = new RecordMap<IncidentEventRecord>('incident_events', [
  { name: 'event_id', field: 'id', kind: 'text' },
  { name: 'incident_id', field: 'incidentId', kind: 'text' },
  { name: 'at_ms', field: 'at', kind: 'instant' },
  { name: 'kind', field: 'kind', kind: 'text' },
  { name: 'actor_id', field: 'actorId', kind: 'text' },
  { name: 'actor', field: 'actor', kind: 'text' },
  { name: 'detail', field: 'detail', kind: 'json' },
]);

export const ALERT_GROUPS = new RecordMap<AlertGroupRecord>('alert_groups', [
  { name: 'group_id', field: 'id', kind: 'text' },
  { name: 'rule_id', field: 'ruleId', kind: 'text' },
  { name: 'sent_ms', field: 'sentAt', kind: 'instant' },
  { name: 'messages', field: 'messages', kind: 'integer' },
]);
