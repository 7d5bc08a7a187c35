-- All tables of this version; python -m tools.schema writes it.
-- holds: acts 0001_initial
-- holds: answering 0001_initial
-- holds: api 0002_answers_live_in_the_kernel
-- holds: attention 0003_wordings_may_be_sealed
-- holds: blocking 0001_initial
-- holds: cases 0002_case_file
-- holds: contacts 0015_tagging_sources
-- holds: conversations 0032_words_may_be_sealed
-- holds: idling 0001_initial
-- holds: inboxes 0009_bodies_are_sealed
-- holds: kernel 0011_generations_apart
-- holds: macros 0001_initial
-- holds: mail 0003_digests
-- holds: media 0006_names_may_be_sealed
-- holds: message_templates 0001_initial
-- holds: notifications 0001_notifications
-- holds: protection 0001_initial
-- holds: quick_replies 0001_initial
-- holds: routing 0001_initial
-- holds: saved_views 0001_initial
-- holds: scheduling 0002_words_may_be_sealed
-- holds: search 0004_key_of_sealed_texts
-- holds: service_levels 0001_initial
-- holds: tags 0001_initial
-- holds: transcripts 0002_parts_are_sealed
-- holds: workspaces 0015_audit_trail

CREATE FUNCTION public.contacts_point_to_self() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN NEW.person_id := NEW.id; RETURN NEW; END $$;

CREATE TABLE public.acts_act (
    id uuid NOT NULL,
    by_kind text NOT NULL,
    by_id uuid,
    by_name text DEFAULT ''::text NOT NULL,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    undone_at timestamp with time zone,
    workspace_id uuid NOT NULL
);

CREATE TABLE public.acts_actchange (
    before jsonb NOT NULL,
    after jsonb NOT NULL,
    act_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    workspace_id uuid NOT NULL
);

CREATE TABLE public.answering_hold (
    conversation_id uuid NOT NULL,
    until timestamp with time zone NOT NULL,
    member_id uuid NOT NULL
);

CREATE TABLE public.attention_following (
    since timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    is_by_mention boolean DEFAULT false NOT NULL,
    conversation_id uuid NOT NULL,
    member_id uuid NOT NULL,
    workspace_id uuid NOT NULL
);

CREATE TABLE public.attention_mention (
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    seen_at timestamp with time zone,
    conversation_id uuid NOT NULL,
    member_id uuid NOT NULL,
    note_id uuid NOT NULL,
    workspace_id uuid NOT NULL
);

CREATE TABLE public.attention_notemention (
    id uuid NOT NULL,
    kind text NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    member_id uuid,
    note_id uuid NOT NULL,
    team_id uuid,
    workspace_id uuid NOT NULL,
    CONSTRAINT note_mention_kind CHECK ((kind = ANY (ARRAY['member'::text, 'team'::text, 'everybody'::text])))
);

CREATE TABLE public.attention_notewording (
    id uuid NOT NULL,
    text text NOT NULL,
    until timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    note_id uuid NOT NULL,
    workspace_id uuid NOT NULL
);

CREATE TABLE public.blocking_block (
    id uuid NOT NULL,
    state text DEFAULT 'blocking'::text NOT NULL,
    reason text NOT NULL,
    error jsonb,
    by_name text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    settled_at timestamp with time zone,
    conversation_id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    CONSTRAINT block_reason CHECK ((reason = ANY (ARRAY['spam'::text, 'other'::text]))),
    CONSTRAINT block_state CHECK ((state = ANY (ARRAY['blocking'::text, 'blocked'::text, 'failed'::text, 'unblocking'::text, 'ended'::text])))
);

CREATE TABLE public.cases_case (
    id uuid NOT NULL,
    number bigint NOT NULL,
    title text NOT NULL,
    about text DEFAULT ''::text NOT NULL,
    status text DEFAULT 'open'::text NOT NULL,
    priority text DEFAULT 'normal'::text NOT NULL,
    due_at timestamp with time zone,
    outcome text DEFAULT ''::text NOT NULL,
    resolution text DEFAULT ''::text NOT NULL,
    opened_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    opened_by_id uuid,
    opened_by_name text DEFAULT ''::text NOT NULL,
    resolved_at timestamp with time zone,
    reopened_count smallint DEFAULT 0 NOT NULL,
    updated_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    edition integer DEFAULT 1 NOT NULL,
    follows_id uuid,
    merged_into_id uuid,
    owner_id uuid,
    team_id uuid,
    workspace_id uuid NOT NULL,
    category_id uuid,
    CONSTRAINT case_not_into_itself CHECK (((merged_into_id IS NULL) OR (NOT ((merged_into_id = id) AND (merged_into_id IS NOT NULL))))),
    CONSTRAINT case_priority CHECK ((priority = ANY (ARRAY['low'::text, 'normal'::text, 'high'::text, 'urgent'::text]))),
    CONSTRAINT case_resolved_with_outcome CHECK ((((outcome = ANY (ARRAY['solved'::text, 'not_solved'::text, 'withdrawn'::text])) AND (resolved_at IS NOT NULL) AND (status = 'resolved'::text)) OR ((NOT (status = 'resolved'::text)) AND (outcome = ''::text) AND (resolved_at IS NULL)))),
    CONSTRAINT case_status CHECK ((status = ANY (ARRAY['open'::text, 'waiting_customer'::text, 'waiting_others'::text, 'resolved'::text]))),
    CONSTRAINT cases_case_edition_check CHECK ((edition >= 0)),
    CONSTRAINT cases_case_reopened_count_check CHECK ((reopened_count >= 0))
);

CREATE TABLE public.cases_caseactivity (
    id uuid NOT NULL,
    kind text NOT NULL,
    actor_name text DEFAULT ''::text NOT NULL,
    facts jsonb DEFAULT '{}'::jsonb NOT NULL,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    case_id uuid NOT NULL,
    workspace_id uuid NOT NULL
);

CREATE TABLE public.cases_casecategory (
    id uuid NOT NULL,
    name text NOT NULL,
    key text NOT NULL,
    color text DEFAULT 'gray'::text NOT NULL,
    icon text DEFAULT 'case'::text NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    removed_at timestamp with time zone,
    workspace_id uuid NOT NULL,
    CONSTRAINT case_category_color CHECK ((color = ANY (ARRAY['gray'::text, 'blue'::text, 'green'::text, 'amber'::text, 'red'::text, 'purple'::text, 'cyan'::text, 'olive'::text]))),
    CONSTRAINT case_category_icon CHECK ((icon = ANY (ARRAY['case'::text, 'bag'::text, 'delivery'::text, 'money'::text, 'return'::text, 'repair'::text, 'question'::text, 'complaint'::text, 'star'::text, 'document'::text])))
);

CREATE TABLE public.cases_casecomment (
    id uuid NOT NULL,
    author_name text DEFAULT ''::text NOT NULL,
    text text NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    author_id uuid,
    case_id uuid NOT NULL,
    workspace_id uuid NOT NULL
);

CREATE TABLE public.cases_casecontact (
    id uuid NOT NULL,
    linked_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    by_name text DEFAULT ''::text NOT NULL,
    case_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    via_id uuid,
    workspace_id uuid NOT NULL
);

CREATE TABLE public.cases_caseconversation (
    id uuid NOT NULL,
    linked_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    by_name text DEFAULT ''::text NOT NULL,
    case_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    via_id uuid,
    workspace_id uuid NOT NULL
);

CREATE TABLE public.cases_casefile (
    id uuid NOT NULL,
    linked_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    by_name text DEFAULT ''::text NOT NULL,
    removed_at timestamp with time zone,
    case_id uuid NOT NULL,
    media_id uuid NOT NULL,
    workspace_id uuid NOT NULL
);

CREATE TABLE public.cases_casehistory (
    fact text NOT NULL,
    value text,
    name text DEFAULT ''::text NOT NULL,
    from_at timestamp with time zone NOT NULL,
    until_at timestamp with time zone,
    since_unknown boolean DEFAULT false NOT NULL,
    by_kind text NOT NULL,
    by_id uuid,
    by_name text DEFAULT ''::text NOT NULL,
    why text DEFAULT ''::text NOT NULL,
    case_id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    CONSTRAINT case_history_by_kind CHECK ((by_kind = ANY (ARRAY['member'::text, 'token'::text, 'contact'::text, 'system'::text, 'rule'::text, 'condition'::text, 'model'::text, 'import'::text, 'sync'::text]))),
    CONSTRAINT case_history_ends_after CHECK (((until_at IS NULL) OR (until_at > from_at)))
);

CREATE TABLE public.cases_casesettings (
    workspace_id uuid NOT NULL,
    last_number bigint DEFAULT 1000 NOT NULL,
    reopen_hours smallint DEFAULT 168 NOT NULL,
    CONSTRAINT cases_casesettings_reopen_hours_check CHECK ((reopen_hours >= 0))
);

CREATE TABLE public.contacts_consent (
    id uuid NOT NULL,
    channel text NOT NULL,
    purpose text NOT NULL,
    state text NOT NULL,
    source text NOT NULL,
    proof jsonb NOT NULL,
    at timestamp with time zone NOT NULL,
    workspace_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    CONSTRAINT consent_state CHECK ((state = ANY (ARRAY['opted_in'::text, 'opted_out'::text])))
);

CREATE TABLE public.contacts_contact (
    id uuid NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    profile_name text DEFAULT ''::text NOT NULL,
    username text DEFAULT ''::text NOT NULL,
    phone text DEFAULT ''::text NOT NULL,
    language text DEFAULT ''::text NOT NULL,
    time_zone text DEFAULT ''::text NOT NULL,
    country text DEFAULT ''::text NOT NULL,
    tier text DEFAULT ''::text NOT NULL,
    stage text DEFAULT ''::text NOT NULL,
    score integer,
    fields jsonb DEFAULT '{}'::jsonb NOT NULL,
    about text DEFAULT ''::text NOT NULL,
    unreachable_reason text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    updated_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    owner_id uuid,
    workspace_id uuid NOT NULL,
    profile_at timestamp with time zone,
    person_id uuid NOT NULL
);

CREATE TABLE public.contacts_contacthistory (
    fact text NOT NULL,
    value text,
    name text DEFAULT ''::text NOT NULL,
    from_at timestamp with time zone NOT NULL,
    until_at timestamp with time zone,
    since_unknown boolean DEFAULT false NOT NULL,
    by_kind text NOT NULL,
    by_id uuid,
    by_name text DEFAULT ''::text NOT NULL,
    why text DEFAULT ''::text NOT NULL,
    contact_id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    CONSTRAINT contact_history_by_kind CHECK ((by_kind = ANY (ARRAY['member'::text, 'token'::text, 'contact'::text, 'system'::text, 'rule'::text, 'condition'::text, 'model'::text, 'import'::text, 'sync'::text]))),
    CONSTRAINT contact_history_ends_after CHECK (((until_at IS NULL) OR (until_at > from_at)))
);

CREATE TABLE public.contacts_contactidentity (
    id uuid NOT NULL,
    channel text NOT NULL,
    kind text NOT NULL,
    value text NOT NULL,
    first_seen_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    retired_at timestamp with time zone,
    contact_id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    portfolio text DEFAULT ''::text NOT NULL,
    provider_address text DEFAULT ''::text NOT NULL,
    CONSTRAINT identity_kind CHECK ((kind = ANY (ARRAY['phone'::text, 'bsuid'::text, 'parent_bsuid'::text, 'line_user'::text, 'unnamed'::text])))
);

CREATE TABLE public.contacts_contacttagging (
    id uuid NOT NULL,
    from_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    until_at timestamp with time zone,
    by_kind text NOT NULL,
    by_id uuid,
    by_name text DEFAULT ''::text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    confidence double precision,
    expires_at timestamp with time zone,
    ended_by_kind text DEFAULT ''::text NOT NULL,
    ended_by_id uuid,
    ended_by_name text DEFAULT ''::text NOT NULL,
    end_reason text DEFAULT ''::text NOT NULL,
    contact_id uuid NOT NULL,
    tag_id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    CONSTRAINT contact_tagging_by_kind CHECK ((by_kind = ANY (ARRAY['member'::text, 'rule'::text, 'condition'::text, 'model'::text, 'import'::text, 'sync'::text]))),
    CONSTRAINT contact_tagging_confidence CHECK (((confidence IS NULL) OR ((confidence >= (0.0)::double precision) AND (confidence <= (1.0)::double precision)))),
    CONSTRAINT contact_tagging_ended_by_kind CHECK ((ended_by_kind = ANY (ARRAY[''::text, 'member'::text, 'rule'::text, 'condition'::text, 'model'::text, 'import'::text, 'sync'::text]))),
    CONSTRAINT contact_tagging_ends_after CHECK (((until_at IS NULL) OR (until_at >= from_at)))
);

CREATE TABLE public.contacts_group (
    id uuid NOT NULL,
    channel text NOT NULL,
    address text NOT NULL,
    subject text DEFAULT ''::text NOT NULL,
    subject_told_at timestamp with time zone,
    allows_automation boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    updated_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    workspace_id uuid NOT NULL
);

CREATE TABLE public.contacts_merge (
    id uuid NOT NULL,
    kept_id uuid NOT NULL,
    absorbed_id uuid NOT NULL,
    reason text NOT NULL,
    by_kind text NOT NULL,
    by_id uuid,
    by_name text NOT NULL,
    made_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    undone_at timestamp with time zone,
    undone_by_name text DEFAULT ''::text NOT NULL,
    first_id uuid NOT NULL,
    second_id uuid NOT NULL,
    workspace_id uuid NOT NULL
);

CREATE TABLE public.contacts_mergedcontact (
    id bigint NOT NULL,
    before_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    merge_id uuid NOT NULL
);

ALTER TABLE public.contacts_mergedcontact ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.contacts_mergedcontact_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.contacts_mergesuggestion (
    id uuid NOT NULL,
    reason text NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    decided_at timestamp with time zone,
    first_id uuid NOT NULL,
    second_id uuid NOT NULL,
    workspace_id uuid NOT NULL
);

CREATE TABLE public.contacts_personexport (
    id uuid NOT NULL,
    contact_ids uuid[] NOT NULL,
    made_at timestamp with time zone,
    expires_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    contact_id uuid NOT NULL,
    workspace_id uuid NOT NULL
);

CREATE TABLE public.contacts_personexportpart (
    id bigint NOT NULL,
    "table" text NOT NULL,
    rows text NOT NULL,
    export_id uuid NOT NULL
);

ALTER TABLE public.contacts_personexportpart ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.contacts_personexportpart_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.conversations_activity (
    id uuid NOT NULL,
    kind text NOT NULL,
    actor_name text NOT NULL,
    facts jsonb NOT NULL,
    at timestamp with time zone NOT NULL,
    workspace_id uuid NOT NULL,
    conversation_id uuid NOT NULL
);

CREATE TABLE public.conversations_conversation (
    id uuid NOT NULL,
    status text DEFAULT 'open'::text NOT NULL,
    snoozed_until timestamp with time zone,
    priority text DEFAULT 'normal'::text NOT NULL,
    unread_count integer DEFAULT 0 NOT NULL,
    waiting_since timestamp with time zone,
    last_message_id uuid,
    last_message_at timestamp with time zone,
    last_inbound_at timestamp with time zone,
    window_closes_at timestamp with time zone,
    ad_window_closes_at timestamp with time zone,
    ad_opened_at timestamp with time zone,
    owned_elsewhere boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    updated_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    assignee_id uuid,
    contact_id uuid,
    inbox_id uuid NOT NULL,
    team_id uuid,
    workspace_id uuid NOT NULL,
    answered_elsewhere_at timestamp with time zone,
    group_id uuid,
    episode_id uuid,
    sleeps_through boolean DEFAULT false NOT NULL,
    CONSTRAINT conversation_priority CHECK ((priority = ANY (ARRAY['low'::text, 'normal'::text, 'high'::text, 'urgent'::text]))),
    CONSTRAINT conversation_snooze_nameable CHECK (((snoozed_until IS NULL) OR (snoozed_until < '2100-01-01 00:00:00+00'::timestamp with time zone))),
    CONSTRAINT conversation_status CHECK ((status = ANY (ARRAY['open'::text, 'snoozed'::text, 'resolved'::text]))),
    CONSTRAINT conversation_with_one CHECK ((((contact_id IS NOT NULL) AND (group_id IS NULL)) OR ((contact_id IS NULL) AND (group_id IS NOT NULL))))
);

CREATE TABLE public.conversations_conversationhistory (
    fact text NOT NULL,
    value text,
    name text DEFAULT ''::text NOT NULL,
    from_at timestamp with time zone NOT NULL,
    until_at timestamp with time zone,
    since_unknown boolean DEFAULT false NOT NULL,
    by_kind text NOT NULL,
    by_id uuid,
    by_name text DEFAULT ''::text NOT NULL,
    why text DEFAULT ''::text NOT NULL,
    conversation_id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    CONSTRAINT conversation_history_by_kind CHECK ((by_kind = ANY (ARRAY['member'::text, 'token'::text, 'contact'::text, 'system'::text, 'rule'::text, 'condition'::text, 'model'::text, 'import'::text, 'sync'::text]))),
    CONSTRAINT conversation_history_ends_after CHECK (((until_at IS NULL) OR (until_at > from_at)))
);

CREATE TABLE public.conversations_conversationtagging (
    id uuid NOT NULL,
    from_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    until_at timestamp with time zone,
    by_kind text NOT NULL,
    by_id uuid,
    by_name text DEFAULT ''::text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    confidence double precision,
    expires_at timestamp with time zone,
    ended_by_kind text DEFAULT ''::text NOT NULL,
    ended_by_id uuid,
    ended_by_name text DEFAULT ''::text NOT NULL,
    end_reason text DEFAULT ''::text NOT NULL,
    conversation_id uuid NOT NULL,
    tag_id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    CONSTRAINT conversation_tagging_by_kind CHECK ((by_kind = ANY (ARRAY['member'::text, 'rule'::text, 'condition'::text, 'model'::text, 'import'::text, 'sync'::text]))),
    CONSTRAINT conversation_tagging_confidence CHECK (((confidence IS NULL) OR ((confidence >= (0.0)::double precision) AND (confidence <= (1.0)::double precision)))),
    CONSTRAINT conversation_tagging_ended_by_kind CHECK ((ended_by_kind = ANY (ARRAY[''::text, 'member'::text, 'rule'::text, 'condition'::text, 'model'::text, 'import'::text, 'sync'::text]))),
    CONSTRAINT conversation_tagging_ends_after CHECK (((until_at IS NULL) OR (until_at >= from_at)))
);

CREATE TABLE public.conversations_draft (
    id bigint NOT NULL,
    mode text NOT NULL,
    text text NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    conversation_id uuid NOT NULL,
    member_id uuid NOT NULL,
    intent uuid,
    CONSTRAINT draft_mode CHECK ((mode = ANY (ARRAY['reply'::text, 'note'::text, 'template'::text])))
);

ALTER TABLE public.conversations_draft ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.conversations_draft_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.conversations_episode (
    id uuid NOT NULL,
    number integer NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    first_answer_at timestamp with time zone,
    resolved_at timestamp with time zone,
    resolved_by_kind text DEFAULT ''::text NOT NULL,
    resolved_by_id uuid,
    resolved_by_name text DEFAULT ''::text NOT NULL,
    reopened_at timestamp with time zone,
    reopened_count integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    conversation_id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    CONSTRAINT episode_ends_after_it_began CHECK (((resolved_at IS NULL) OR (resolved_at >= opened_at)))
);

CREATE TABLE public.conversations_fact (
    id uuid NOT NULL,
    episode_id uuid,
    channel text NOT NULL,
    tier text DEFAULT ''::text NOT NULL,
    kind text NOT NULL,
    at timestamp with time zone NOT NULL,
    by_kind text NOT NULL,
    by_id uuid,
    by_name text DEFAULT ''::text NOT NULL,
    member_id uuid,
    team_id uuid,
    message_id uuid,
    is_first boolean DEFAULT false NOT NULL,
    since timestamp with time zone,
    wait_seconds integer,
    business_seconds integer,
    withdrawn_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    conversation_id uuid NOT NULL,
    inbox_id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    CONSTRAINT fact_answer_has_wait CHECK (((NOT (kind = 'answered'::text)) OR ((business_seconds >= 0) AND (message_id IS NOT NULL) AND (since IS NOT NULL) AND (wait_seconds >= 0)))),
    CONSTRAINT fact_by_kind CHECK ((by_kind = ANY (ARRAY['contact'::text, 'person'::text, 'phone_app'::text, 'machine'::text]))),
    CONSTRAINT fact_kind CHECK ((kind = ANY (ARRAY['answered'::text, 'assigned'::text, 'handed_to_team'::text, 'resolved'::text, 'reopened'::text])))
);

CREATE TABLE public.conversations_message (
    id uuid NOT NULL,
    direction text NOT NULL,
    kind text NOT NULL,
    text text DEFAULT ''::text NOT NULL,
    content jsonb DEFAULT '{}'::jsonb NOT NULL,
    provider_id text,
    target_provider_id text,
    reply_to_provider_id text,
    author_kind text NOT NULL,
    author_name text DEFAULT ''::text NOT NULL,
    source text DEFAULT 'live'::text NOT NULL,
    status text NOT NULL,
    error jsonb,
    pricing_category text DEFAULT ''::text NOT NULL,
    pricing_type text DEFAULT ''::text NOT NULL,
    sent_at timestamp with time zone NOT NULL,
    arrived_late boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    delivery_id bigint,
    path text DEFAULT ''::text NOT NULL,
    author_member_id uuid,
    contact_id uuid,
    conversation_id uuid NOT NULL,
    inbox_id uuid NOT NULL,
    media_id uuid,
    workspace_id uuid NOT NULL,
    is_withdrawn boolean DEFAULT false NOT NULL,
    ad_picture_id uuid,
    CONSTRAINT message_direction CHECK ((direction = ANY (ARRAY['in'::text, 'out'::text]))),
    CONSTRAINT message_status_word CHECK ((status = ANY (ARRAY['received'::text, 'queued'::text, 'sending'::text, 'unknown'::text, 'sent'::text, 'delivered'::text, 'read'::text, 'played'::text, 'failed'::text])))
)
PARTITION BY RANGE (id);

CREATE TABLE public.conversations_message_rest (
    id uuid NOT NULL,
    direction text NOT NULL,
    kind text NOT NULL,
    text text DEFAULT ''::text NOT NULL,
    content jsonb DEFAULT '{}'::jsonb NOT NULL,
    provider_id text,
    target_provider_id text,
    reply_to_provider_id text,
    author_kind text NOT NULL,
    author_name text DEFAULT ''::text NOT NULL,
    source text DEFAULT 'live'::text NOT NULL,
    status text NOT NULL,
    error jsonb,
    pricing_category text DEFAULT ''::text NOT NULL,
    pricing_type text DEFAULT ''::text NOT NULL,
    sent_at timestamp with time zone NOT NULL,
    arrived_late boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    delivery_id bigint,
    path text DEFAULT ''::text NOT NULL,
    author_member_id uuid,
    contact_id uuid,
    conversation_id uuid NOT NULL,
    inbox_id uuid NOT NULL,
    media_id uuid,
    workspace_id uuid NOT NULL,
    is_withdrawn boolean DEFAULT false NOT NULL,
    ad_picture_id uuid,
    CONSTRAINT message_direction CHECK ((direction = ANY (ARRAY['in'::text, 'out'::text]))),
    CONSTRAINT message_status_word CHECK ((status = ANY (ARRAY['received'::text, 'queued'::text, 'sending'::text, 'unknown'::text, 'sent'::text, 'delivered'::text, 'read'::text, 'played'::text, 'failed'::text])))
);

CREATE TABLE public.conversations_messagestatus (
    status text NOT NULL,
    participant text DEFAULT ''::text NOT NULL,
    at timestamp with time zone NOT NULL,
    message_id uuid NOT NULL
)
PARTITION BY RANGE (message_id);

CREATE TABLE public.conversations_messagestatus_rest (
    status text NOT NULL,
    participant text DEFAULT ''::text NOT NULL,
    at timestamp with time zone NOT NULL,
    message_id uuid NOT NULL
);

CREATE TABLE public.conversations_note (
    id uuid NOT NULL,
    author_name text NOT NULL,
    text text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    author_id uuid,
    conversation_id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    withdrawn_at timestamp with time zone
);

CREATE SEQUENCE public.conversations_outgoing_sequence
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE public.conversations_outgoingmessage (
    message_id uuid NOT NULL,
    sequence bigint DEFAULT nextval('public.conversations_outgoing_sequence'::regclass) NOT NULL,
    state text DEFAULT 'queued'::text NOT NULL,
    attempts smallint DEFAULT 0 NOT NULL,
    not_before timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    lease_until timestamp with time zone,
    outcome_reason text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    settled_at timestamp with time zone,
    conversation_id uuid NOT NULL,
    inbox_id uuid NOT NULL,
    ended_unread integer DEFAULT 0 NOT NULL,
    ended_wait_since timestamp with time zone,
    useful_until timestamp with time zone,
    waiting_since timestamp with time zone,
    waits_for jsonb,
    CONSTRAINT outgoing_state CHECK ((state = ANY (ARRAY['queued'::text, 'sending'::text, 'accepted'::text, 'refused'::text, 'unknown'::text])))
);

CREATE TABLE public.conversations_providermessageid (
    inbox_id uuid NOT NULL,
    provider_id text NOT NULL,
    message_id uuid NOT NULL
);

CREATE TABLE public.conversations_unmatchedstatus (
    id bigint NOT NULL,
    provider_id text NOT NULL,
    status text NOT NULL,
    participant text DEFAULT ''::text NOT NULL,
    at timestamp with time zone NOT NULL,
    errors jsonb DEFAULT '[]'::jsonb NOT NULL,
    received_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    inbox_id uuid NOT NULL,
    pricing_category text DEFAULT ''::text NOT NULL,
    pricing_type text DEFAULT ''::text NOT NULL,
    window_expires_at timestamp with time zone,
    window_origin text DEFAULT ''::text NOT NULL
);

ALTER TABLE public.conversations_unmatchedstatus ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.conversations_unmatchedstatus_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.idling_idlerule (
    workspace_id uuid NOT NULL,
    is_on boolean DEFAULT false NOT NULL,
    idle_for interval DEFAULT '3 days'::interval NOT NULL,
    counted_by text DEFAULT 'calendar'::text NOT NULL,
    conditions jsonb DEFAULT '{}'::jsonb NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT idle_rule_counted_by CHECK ((counted_by = ANY (ARRAY['calendar'::text, 'business'::text]))),
    CONSTRAINT idling_idlerule_version_check CHECK ((version >= 0))
);

CREATE TABLE public.inboxes_channelnotice (
    id uuid NOT NULL,
    kind text NOT NULL,
    field text NOT NULL,
    event text DEFAULT ''::text NOT NULL,
    title text DEFAULT ''::text NOT NULL,
    details text DEFAULT ''::text NOT NULL,
    errors jsonb DEFAULT '[]'::jsonb NOT NULL,
    dedup_key text NOT NULL,
    delivery_id bigint,
    path text DEFAULT ''::text NOT NULL,
    at timestamp with time zone NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    workspace_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    inbox_id uuid
);

CREATE TABLE public.inboxes_connection (
    id uuid NOT NULL,
    channel text NOT NULL,
    key text NOT NULL,
    name text NOT NULL,
    account_id text NOT NULL,
    app_id text NOT NULL,
    verify_token text NOT NULL,
    app_secrets text NOT NULL,
    access_token text NOT NULL,
    problem text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    workspace_id uuid NOT NULL,
    probe_at timestamp with time zone,
    probe_count smallint DEFAULT 0 NOT NULL,
    problem_code integer,
    problem_since timestamp with time zone,
    messaging_limit text DEFAULT ''::text NOT NULL,
    portfolio text DEFAULT ''::text NOT NULL
);

CREATE TABLE public.inboxes_delivery (
    id bigint NOT NULL,
    body bytea NOT NULL,
    update_counts jsonb DEFAULT '{}'::jsonb NOT NULL,
    state text DEFAULT 'pending'::text NOT NULL,
    attempts smallint DEFAULT 0 NOT NULL,
    retry_at timestamp with time zone,
    error text DEFAULT ''::text NOT NULL,
    received_at timestamp with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    processed_at timestamp with time zone,
    connection_id uuid NOT NULL
);

ALTER TABLE public.inboxes_delivery ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.inboxes_delivery_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.inboxes_erasurerequest (
    id uuid NOT NULL,
    traces text NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    swept_at timestamp with time zone,
    workspace_id uuid NOT NULL
);

CREATE TABLE public.inboxes_inbox (
    id uuid NOT NULL,
    name text NOT NULL,
    address text NOT NULL,
    display_address text NOT NULL,
    messages_per_second integer NOT NULL,
    quality text NOT NULL,
    paused_reason text NOT NULL,
    is_active boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    connection_id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    probe_at timestamp with time zone,
    probe_count smallint DEFAULT 0 NOT NULL,
    problem text DEFAULT ''::text NOT NULL,
    problem_code integer,
    problem_since timestamp with time zone
);

CREATE TABLE public.inboxes_inbox_teams (
    id bigint NOT NULL,
    inbox_id uuid NOT NULL,
    team_id uuid NOT NULL
);

ALTER TABLE public.inboxes_inbox_teams ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.inboxes_inbox_teams_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.inboxes_ledgerentry (
    id bigint NOT NULL,
    address text DEFAULT ''::text NOT NULL,
    flow text NOT NULL,
    outcome text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    update_count bigint NOT NULL,
    delivery_count bigint DEFAULT 0 NOT NULL,
    at timestamp with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    connection_id uuid
);

ALTER TABLE public.inboxes_ledgerentry ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.inboxes_ledgerentry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.kernel_event (
    id bigint NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    workspace_id uuid NOT NULL,
    kind text NOT NULL,
    body jsonb NOT NULL,
    happened_at timestamp with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    generation integer DEFAULT 1 NOT NULL
)
PARTITION BY RANGE (happened_at);

CREATE SEQUENCE public.kernel_event_serial
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.kernel_event_serial OWNED BY public.kernel_event.id;

CREATE TABLE public.kernel_event_rest (
    id bigint DEFAULT nextval('public.kernel_event_serial'::regclass) NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    workspace_id uuid NOT NULL,
    kind text NOT NULL,
    body jsonb NOT NULL,
    happened_at timestamp with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    generation integer DEFAULT 1 NOT NULL
);

CREATE TABLE public.kernel_heartbeat (
    process text NOT NULL,
    role text NOT NULL,
    beat_at timestamp with time zone NOT NULL,
    details jsonb NOT NULL
);

CREATE TABLE public.kernel_job (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    kind text NOT NULL,
    arguments jsonb NOT NULL,
    status text NOT NULL,
    done bigint NOT NULL,
    total bigint,
    result jsonb,
    checkpoint jsonb,
    errors jsonb NOT NULL,
    error_count bigint NOT NULL,
    attempt integer NOT NULL,
    tries integer NOT NULL,
    started_by_kind text NOT NULL,
    started_by_id uuid,
    started_by_name text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    ended_at timestamp with time zone,
    cancel_asked_at timestamp with time zone,
    worker text NOT NULL,
    queue_id bigint,
    scheduled_for timestamp with time zone,
    undoes_id uuid,
    schedule_id uuid,
    CONSTRAINT job_done_of_total CHECK (((total IS NULL) OR (total >= done))),
    CONSTRAINT job_ends_once CHECK ((((ended_at IS NULL) AND (status = ANY (ARRAY['waiting'::text, 'running'::text]))) OR ((NOT (status = ANY (ARRAY['waiting'::text, 'running'::text]))) AND (NOT (ended_at IS NULL))))),
    CONSTRAINT job_status CHECK ((status = ANY (ARRAY['waiting'::text, 'running'::text, 'done'::text, 'failed'::text, 'canceled'::text])))
);

CREATE TABLE public.kernel_jobschedule (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    kind text NOT NULL,
    arguments jsonb NOT NULL,
    cron text NOT NULL,
    time_zone text NOT NULL,
    next_at timestamp with time zone NOT NULL,
    started_by_kind text NOT NULL,
    started_by_id uuid,
    started_by_name text NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE public.kernel_keptanswer (
    id bigint NOT NULL,
    owner_id uuid NOT NULL,
    intent text NOT NULL,
    request_hash text NOT NULL,
    status smallint DEFAULT 0 NOT NULL,
    sealed text,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
);

ALTER TABLE public.kernel_keptanswer ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.kernel_keptanswer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.kernel_loggeneration (
    id smallint NOT NULL,
    generation integer DEFAULT 1 NOT NULL,
    server text DEFAULT ''::text NOT NULL,
    since timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    CONSTRAINT one_log_generation CHECK ((id = 1))
);

CREATE TABLE public.kernel_parkedevent (
    id bigint NOT NULL,
    reaction text NOT NULL,
    error text NOT NULL,
    parked_at timestamp with time zone NOT NULL,
    event_id bigint NOT NULL,
    retry_asked_at timestamp with time zone,
    generation integer NOT NULL,
    transaction_id xid8 NOT NULL,
    workspace_id uuid NOT NULL,
    kind text NOT NULL,
    body jsonb NOT NULL,
    happened_at timestamp with time zone NOT NULL
);

ALTER TABLE public.kernel_parkedevent ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.kernel_parkedevent_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.kernel_periodicrun (
    name text NOT NULL,
    ran_at timestamp with time zone NOT NULL,
    last_error text NOT NULL
);

CREATE TABLE public.kernel_reactioncursor (
    name text NOT NULL,
    transaction_id xid8 NOT NULL,
    event_id bigint NOT NULL,
    failed_attempts integer NOT NULL,
    retry_at timestamp with time zone,
    last_error text NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    generation integer DEFAULT 0 NOT NULL
);

CREATE TABLE public.kernel_serverkey (
    id smallint NOT NULL,
    fingerprint text NOT NULL,
    since timestamp with time zone NOT NULL,
    CONSTRAINT one_server_key CHECK ((id = 1))
);

CREATE TABLE public.macros_macro (
    id uuid NOT NULL,
    name text NOT NULL,
    steps jsonb NOT NULL,
    audience text DEFAULT 'member'::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    removed_at timestamp with time zone,
    owner_id uuid,
    workspace_id uuid NOT NULL,
    CONSTRAINT macro_audience CHECK ((audience = ANY (ARRAY['member'::text, 'teams'::text, 'all'::text]))),
    CONSTRAINT macro_owner CHECK ((((audience = 'member'::text) OR (owner_id IS NULL)) AND (1 = (
CASE
    WHEN (audience = 'member'::text) THEN 1
    ELSE 0
END +
CASE
    WHEN (owner_id IS NULL) THEN 1
    ELSE 0
END)))),
    CONSTRAINT macros_macro_version_check CHECK ((version >= 0))
);

CREATE TABLE public.macros_macro_teams (
    id bigint NOT NULL,
    macro_id uuid NOT NULL,
    team_id uuid NOT NULL
);

ALTER TABLE public.macros_macro_teams ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.macros_macro_teams_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.macros_macrouse (
    id bigint NOT NULL,
    by_id uuid NOT NULL,
    day date NOT NULL,
    count integer DEFAULT 0 NOT NULL,
    last_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    macro_id uuid NOT NULL
);

ALTER TABLE public.macros_macrouse ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.macros_macrouse_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.mail_mail (
    id uuid NOT NULL,
    kind text NOT NULL,
    to_address text NOT NULL,
    language text NOT NULL,
    facts text NOT NULL,
    about_id uuid,
    message_id text NOT NULL,
    state text DEFAULT 'waiting'::text NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    due_at timestamp with time zone NOT NULL,
    useful_until timestamp with time zone,
    error text DEFAULT ''::text NOT NULL,
    reply text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    workspace_id uuid NOT NULL,
    CONSTRAINT mail_kind CHECK ((kind = ANY (ARRAY['invitation'::text, 'password-reset'::text, 'password-changed'::text, 'second-factor-added'::text, 'second-factor-removed'::text, 'digest'::text]))),
    CONSTRAINT mail_state CHECK ((state = ANY (ARRAY['waiting'::text, 'sending'::text, 'handing'::text, 'sent'::text, 'failed'::text, 'unknown'::text, 'dropped'::text])))
);

CREATE TABLE public.mail_mailserver (
    id uuid NOT NULL,
    host text NOT NULL,
    port integer NOT NULL,
    security text DEFAULT 'starttls'::text NOT NULL,
    username text DEFAULT ''::text NOT NULL,
    password text NOT NULL,
    sender_name text DEFAULT ''::text NOT NULL,
    sender_address text NOT NULL,
    reply_to text DEFAULT ''::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    workspace_id uuid NOT NULL,
    CONSTRAINT mail_server_security CHECK ((security = ANY (ARRAY['starttls'::text, 'tls'::text, 'none'::text])))
);

CREATE TABLE public.media_mediafile (
    id uuid NOT NULL,
    connection_id uuid,
    kind text NOT NULL,
    state text NOT NULL,
    provider_media_id text NOT NULL,
    mime_type text NOT NULL,
    byte_count bigint,
    sha256 text NOT NULL,
    filename text NOT NULL,
    is_voice boolean NOT NULL,
    is_animated boolean NOT NULL,
    width integer,
    height integer,
    has_thumbnail boolean NOT NULL,
    attempts smallint NOT NULL,
    retry_at timestamp with time zone,
    lease_until timestamp with time zone,
    error text NOT NULL,
    provider_uploads jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    fetched_at timestamp with time zone,
    workspace_id uuid NOT NULL,
    uploaded_by uuid,
    traits jsonb DEFAULT '[]'::jsonb NOT NULL,
    is_preview_due boolean DEFAULT false NOT NULL,
    preview_attempts smallint DEFAULT 0 NOT NULL,
    preview_lease_until timestamp with time zone,
    source_url text DEFAULT ''::text NOT NULL,
    CONSTRAINT media_state CHECK ((state = ANY (ARRAY['waiting'::text, 'fetching'::text, 'ready'::text, 'failed'::text, 'expired'::text, 'missing'::text])))
);

CREATE TABLE public.media_mediaplace (
    id smallint NOT NULL,
    marker text NOT NULL,
    CONSTRAINT one_media_place CHECK ((id = 1))
);

CREATE TABLE public.message_templates_messagetemplate (
    id uuid NOT NULL,
    provider_id text NOT NULL,
    name text NOT NULL,
    language text NOT NULL,
    category text NOT NULL,
    status text NOT NULL,
    quality text NOT NULL,
    reason text NOT NULL,
    parameter_format text NOT NULL,
    components jsonb NOT NULL,
    is_gone boolean NOT NULL,
    synced_at timestamp with time zone NOT NULL,
    connection_id uuid NOT NULL,
    workspace_id uuid NOT NULL
);

CREATE TABLE public.notifications_mutedconversation (
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    member_id uuid NOT NULL,
    workspace_id uuid NOT NULL
);

CREATE TABLE public.notifications_notification (
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    kind text NOT NULL,
    message_id uuid,
    count integer DEFAULT 1 NOT NULL,
    is_counted boolean DEFAULT true NOT NULL,
    is_mailed boolean DEFAULT false NOT NULL,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    read_at timestamp with time zone,
    member_id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    CONSTRAINT notification_count CHECK ((count > 0))
);

CREATE TABLE public.notifications_notificationsettings (
    id uuid NOT NULL,
    levels jsonb DEFAULT '{}'::jsonb NOT NULL,
    quiet_from time without time zone,
    quiet_until time without time zone,
    is_private boolean DEFAULT false NOT NULL,
    mail_after interval DEFAULT '00:30:00'::interval NOT NULL,
    mailed_at timestamp with time zone,
    member_id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    CONSTRAINT notification_quiet_whole CHECK ((((quiet_from IS NULL) AND (quiet_until IS NULL)) OR ((quiet_from IS NOT NULL) AND (quiet_until IS NOT NULL))))
);

CREATE TABLE public.notifications_push (
    id uuid NOT NULL,
    queued_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    due_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    notification_id uuid NOT NULL,
    subscription_id uuid NOT NULL
);

CREATE TABLE public.notifications_pushkey (
    id smallint NOT NULL,
    private text NOT NULL,
    public text NOT NULL,
    made_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    CONSTRAINT push_key_only CHECK ((id = 1))
);

CREATE TABLE public.notifications_pushsubscription (
    id uuid NOT NULL,
    endpoint text NOT NULL,
    mark text NOT NULL,
    public_key text NOT NULL,
    secret text NOT NULL,
    browser text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    last_sent_at timestamp with time zone,
    member_id uuid NOT NULL,
    session_id uuid,
    workspace_id uuid NOT NULL
);

CREATE TABLE public.protection_protectionsettings (
    workspace_id uuid NOT NULL,
    is_on boolean DEFAULT true NOT NULL,
    words jsonb NOT NULL
);

CREATE TABLE public.quick_replies_quickreply (
    id uuid NOT NULL,
    shortcut text NOT NULL,
    key text NOT NULL,
    name text NOT NULL,
    folder text DEFAULT ''::text NOT NULL,
    audience text DEFAULT 'all'::text NOT NULL,
    stored_wordings jsonb NOT NULL,
    words text DEFAULT ''::text NOT NULL,
    revision integer DEFAULT 1 NOT NULL,
    archived_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    updated_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    owner_id uuid,
    workspace_id uuid NOT NULL,
    CONSTRAINT quick_reply_audience CHECK ((audience = ANY (ARRAY['all'::text, 'teams'::text, 'member'::text]))),
    CONSTRAINT quick_reply_owner CHECK ((((audience = 'member'::text) OR (owner_id IS NULL)) AND (1 = (
CASE
    WHEN (audience = 'member'::text) THEN 1
    ELSE 0
END +
CASE
    WHEN (owner_id IS NULL) THEN 1
    ELSE 0
END))))
);

CREATE TABLE public.quick_replies_quickreply_teams (
    id bigint NOT NULL,
    quickreply_id uuid NOT NULL,
    team_id uuid NOT NULL
);

ALTER TABLE public.quick_replies_quickreply_teams ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.quick_replies_quickreply_teams_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.quick_replies_quickreplyfile (
    id bigint NOT NULL,
    place smallint NOT NULL,
    media_id uuid NOT NULL,
    quick_reply_id uuid NOT NULL
);

ALTER TABLE public.quick_replies_quickreplyfile ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.quick_replies_quickreplyfile_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.quick_replies_quickreplyuse (
    id bigint NOT NULL,
    by_id uuid NOT NULL,
    by_name text NOT NULL,
    day date NOT NULL,
    count integer DEFAULT 0 NOT NULL,
    last_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    quick_reply_id uuid NOT NULL
);

ALTER TABLE public.quick_replies_quickreplyuse ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.quick_replies_quickreplyuse_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.quick_replies_unadvisedmember (
    member_id uuid NOT NULL
);

CREATE TABLE public.routing_decision (
    id uuid NOT NULL,
    cause text NOT NULL,
    cause_kind text NOT NULL,
    trigger text DEFAULT ''::text NOT NULL,
    queue_id uuid,
    queue_name text DEFAULT ''::text NOT NULL,
    rule text NOT NULL,
    outcome text DEFAULT 'given'::text NOT NULL,
    is_priority boolean DEFAULT false NOT NULL,
    member_id uuid NOT NULL,
    member_name text NOT NULL,
    since timestamp with time zone NOT NULL,
    considered jsonb DEFAULT '[]'::jsonb NOT NULL,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    conversation_id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    CONSTRAINT decision_outcome CHECK ((outcome = ANY (ARRAY['given'::text, 'kept'::text, 'overtaken'::text]))),
    CONSTRAINT decision_rule CHECK ((rule = ANY (ARRAY['returning'::text, 'owner'::text, 'specialist'::text, 'least_loaded'::text, 'longest_idle'::text, 'round_robin'::text])))
);

CREATE TABLE public.routing_queue (
    id uuid NOT NULL,
    name text NOT NULL,
    "position" integer NOT NULL,
    conditions jsonb DEFAULT '{}'::jsonb NOT NULL,
    skill text DEFAULT ''::text NOT NULL,
    wants_language boolean DEFAULT false NOT NULL,
    specialist_seconds integer DEFAULT 30 NOT NULL,
    method text DEFAULT 'least_loaded'::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    specialist_id uuid,
    workspace_id uuid NOT NULL,
    CONSTRAINT queue_method CHECK ((method = ANY (ARRAY['least_loaded'::text, 'longest_idle'::text, 'round_robin'::text]))),
    CONSTRAINT routing_queue_position_check CHECK (("position" >= 0)),
    CONSTRAINT routing_queue_specialist_seconds_check CHECK ((specialist_seconds >= 0)),
    CONSTRAINT routing_queue_version_check CHECK ((version >= 0))
);

CREATE TABLE public.routing_queue_teams (
    id bigint NOT NULL,
    queue_id uuid NOT NULL,
    team_id uuid NOT NULL
);

ALTER TABLE public.routing_queue_teams ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.routing_queue_teams_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.routing_routedinbox (
    inbox_id uuid NOT NULL,
    since timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    workspace_id uuid NOT NULL
);

CREATE TABLE public.routing_routingsettings (
    workspace_id uuid NOT NULL,
    returns_to_previous boolean DEFAULT true NOT NULL,
    priority_after smallint DEFAULT 2 NOT NULL,
    CONSTRAINT routing_routingsettings_priority_after_check CHECK ((priority_after >= 0))
);

CREATE TABLE public.routing_turn (
    member_id uuid NOT NULL,
    given_at timestamp with time zone,
    busy_until timestamp with time zone,
    workspace_id uuid NOT NULL
);

CREATE TABLE public.routing_waiting (
    conversation_id uuid NOT NULL,
    cause text NOT NULL,
    cause_kind text NOT NULL,
    since timestamp with time zone NOT NULL,
    entered_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    is_priority boolean DEFAULT false NOT NULL,
    others_from timestamp with time zone,
    held_by_id uuid,
    previous_id uuid,
    put_back_by_id uuid,
    queue_id uuid,
    workspace_id uuid NOT NULL
);

CREATE TABLE public.saved_views_savedview (
    id uuid NOT NULL,
    name text NOT NULL,
    conditions jsonb DEFAULT '{}'::jsonb NOT NULL,
    "order" text DEFAULT 'longest_waiting'::text NOT NULL,
    audience text DEFAULT 'member'::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    removed_at timestamp with time zone,
    owner_id uuid,
    workspace_id uuid NOT NULL,
    CONSTRAINT saved_view_audience CHECK ((audience = ANY (ARRAY['member'::text, 'teams'::text, 'all'::text]))),
    CONSTRAINT saved_view_order CHECK (("order" = ANY (ARRAY['longest_waiting'::text, 'newest'::text, 'closing'::text, 'waking'::text]))),
    CONSTRAINT saved_view_owner CHECK ((((audience = 'member'::text) OR (owner_id IS NULL)) AND (1 = (
CASE
    WHEN (audience = 'member'::text) THEN 1
    ELSE 0
END +
CASE
    WHEN (owner_id IS NULL) THEN 1
    ELSE 0
END)))),
    CONSTRAINT saved_views_savedview_version_check CHECK ((version >= 0))
);

CREATE TABLE public.saved_views_savedview_teams (
    id bigint NOT NULL,
    savedview_id uuid NOT NULL,
    team_id uuid NOT NULL
);

ALTER TABLE public.saved_views_savedview_teams ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.saved_views_savedview_teams_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.saved_views_viewplace (
    id bigint NOT NULL,
    place integer,
    is_counted boolean DEFAULT false NOT NULL,
    member_id uuid NOT NULL,
    view_id uuid NOT NULL,
    CONSTRAINT saved_views_viewplace_place_check CHECK ((place >= 0))
);

ALTER TABLE public.saved_views_viewplace ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.saved_views_viewplace_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.scheduling_scheduledmessage (
    id uuid NOT NULL,
    due_at timestamp with time zone NOT NULL,
    contents jsonb NOT NULL,
    text text DEFAULT ''::text NOT NULL,
    kind text NOT NULL,
    reply_to uuid,
    seen_id uuid,
    quick_replies jsonb DEFAULT '[]'::jsonb NOT NULL,
    stops_on_answer boolean DEFAULT false NOT NULL,
    author_kind text NOT NULL,
    author_name text DEFAULT ''::text NOT NULL,
    state text DEFAULT 'waiting'::text NOT NULL,
    error jsonb,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    settled_at timestamp with time zone,
    author_member_id uuid,
    author_token_id uuid,
    conversation_id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    CONSTRAINT scheduled_author_kind CHECK ((author_kind = ANY (ARRAY['member'::text, 'api'::text]))),
    CONSTRAINT scheduled_state CHECK ((state = ANY (ARRAY['waiting'::text, 'sent'::text, 'refused'::text, 'canceled'::text])))
);

CREATE TABLE public.search_searchentry (
    id uuid NOT NULL,
    kind text NOT NULL,
    at timestamp with time zone NOT NULL,
    tokens integer[] NOT NULL,
    contact_id uuid,
    conversation_id uuid,
    workspace_id uuid NOT NULL
);

CREATE TABLE public.search_searchfill (
    workspace_id uuid NOT NULL,
    asked_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
);

CREATE TABLE public.search_searchkey (
    id smallint NOT NULL,
    key text NOT NULL,
    CONSTRAINT search_searchkey_id_check CHECK ((id >= 0))
);

CREATE TABLE public.service_levels_answerclock (
    id uuid NOT NULL,
    service_level_id uuid,
    service_level_name text NOT NULL,
    is_batch boolean DEFAULT false NOT NULL,
    started_at timestamp with time zone NOT NULL,
    warn_at timestamp with time zone,
    due_at timestamp with time zone,
    rings_at timestamp with time zone,
    warned_at timestamp with time zone,
    breached_at timestamp with time zone,
    met_at timestamp with time zone,
    stopped_at timestamp with time zone,
    conversation_id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    CONSTRAINT answer_clock_silent_when_over CHECK (((rings_at IS NULL) OR ((met_at IS NULL) AND (stopped_at IS NULL))))
);

CREATE TABLE public.service_levels_followup (
    conversation_id uuid NOT NULL,
    since timestamp with time zone NOT NULL,
    workspace_id uuid NOT NULL
);

CREATE TABLE public.service_levels_servicelevel (
    id uuid NOT NULL,
    name text NOT NULL,
    "position" integer NOT NULL,
    conditions jsonb DEFAULT '{}'::jsonb NOT NULL,
    first_answer interval NOT NULL,
    next_answer interval NOT NULL,
    night_answer interval,
    counted_by text DEFAULT 'calendar'::text NOT NULL,
    warn_percent smallint DEFAULT 75 NOT NULL,
    is_batch boolean DEFAULT false NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    workspace_id uuid NOT NULL,
    CONSTRAINT service_level_counted_by CHECK ((counted_by = ANY (ARRAY['calendar'::text, 'business'::text]))),
    CONSTRAINT service_level_warns_before CHECK (((warn_percent >= 1) AND (warn_percent <= 100))),
    CONSTRAINT service_levels_servicelevel_position_check CHECK (("position" >= 0)),
    CONSTRAINT service_levels_servicelevel_version_check CHECK ((version >= 0)),
    CONSTRAINT service_levels_servicelevel_warn_percent_check CHECK ((warn_percent >= 0))
);

CREATE TABLE public.service_levels_servicelevelsettings (
    workspace_id uuid NOT NULL,
    night_start smallint DEFAULT 1320 NOT NULL,
    night_end smallint DEFAULT 480 NOT NULL,
    follow_up_within interval DEFAULT '2 days'::interval NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT service_levels_servicelevelsettings_night_end_check CHECK ((night_end >= 0)),
    CONSTRAINT service_levels_servicelevelsettings_night_start_check CHECK ((night_start >= 0)),
    CONSTRAINT service_levels_servicelevelsettings_version_check CHECK ((version >= 0))
);

CREATE TABLE public.tags_tag (
    id uuid NOT NULL,
    name text NOT NULL,
    key text NOT NULL,
    color text DEFAULT 'gray'::text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    updated_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    removed_at timestamp with time zone,
    merged_into_id uuid,
    workspace_id uuid NOT NULL,
    CONSTRAINT tag_color CHECK ((color = ANY (ARRAY['gray'::text, 'blue'::text, 'green'::text, 'amber'::text, 'red'::text, 'purple'::text, 'cyan'::text, 'olive'::text])))
);

CREATE TABLE public.tags_taguse (
    id bigint NOT NULL,
    subject text NOT NULL,
    change bigint NOT NULL,
    tag_id uuid NOT NULL
);

ALTER TABLE public.tags_taguse ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.tags_taguse_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.transcripts_transcript (
    id uuid NOT NULL,
    format text NOT NULL,
    with_notes boolean DEFAULT false NOT NULL,
    with_numbers boolean DEFAULT false NOT NULL,
    made_at timestamp with time zone,
    expires_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    conversation_id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    with_protected boolean DEFAULT false NOT NULL,
    CONSTRAINT transcript_format CHECK ((format = ANY (ARRAY['html'::text, 'pdf'::text])))
);

CREATE TABLE public.transcripts_transcriptpart (
    id bigint NOT NULL,
    body bytea NOT NULL,
    transcript_id uuid NOT NULL
);

ALTER TABLE public.transcripts_transcriptpart ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.transcripts_transcriptpart_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.workspaces_apitoken (
    id uuid NOT NULL,
    name text NOT NULL,
    scopes jsonb NOT NULL,
    prefix text NOT NULL,
    token_fingerprint text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    created_by_id uuid,
    workspace_id uuid NOT NULL,
    role_id uuid NOT NULL
);

CREATE TABLE public.workspaces_auditentry (
    id bigint NOT NULL,
    workspace_id uuid NOT NULL,
    actor_kind text NOT NULL,
    actor_id uuid,
    actor_name text DEFAULT ''::text NOT NULL,
    act text DEFAULT 'change'::text NOT NULL,
    verb text NOT NULL,
    face text DEFAULT ''::text NOT NULL,
    route text DEFAULT ''::text NOT NULL,
    source inet,
    object_kind text DEFAULT ''::text NOT NULL,
    object_id text DEFAULT ''::text NOT NULL,
    object_ids uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    object_counts jsonb DEFAULT '[]'::jsonb NOT NULL,
    details jsonb DEFAULT '{}'::jsonb NOT NULL,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
)
PARTITION BY RANGE (at);

CREATE SEQUENCE public.workspaces_auditentry_serial
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.workspaces_auditentry_serial OWNED BY public.workspaces_auditentry.id;

CREATE TABLE public.workspaces_auditentry_rest (
    id bigint DEFAULT nextval('public.workspaces_auditentry_serial'::regclass) NOT NULL,
    workspace_id uuid NOT NULL,
    actor_kind text NOT NULL,
    actor_id uuid,
    actor_name text DEFAULT ''::text NOT NULL,
    act text DEFAULT 'change'::text NOT NULL,
    verb text NOT NULL,
    face text DEFAULT ''::text NOT NULL,
    route text DEFAULT ''::text NOT NULL,
    source inet,
    object_kind text DEFAULT ''::text NOT NULL,
    object_id text DEFAULT ''::text NOT NULL,
    object_ids uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    object_counts jsonb DEFAULT '[]'::jsonb NOT NULL,
    details jsonb DEFAULT '{}'::jsonb NOT NULL,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
);

CREATE TABLE public.workspaces_auditexport (
    id uuid NOT NULL,
    format text NOT NULL,
    made_at timestamp with time zone,
    expires_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    workspace_id uuid NOT NULL
);

CREATE TABLE public.workspaces_auditexportpart (
    id bigint NOT NULL,
    body text NOT NULL,
    export_id uuid NOT NULL
);

ALTER TABLE public.workspaces_auditexportpart ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.workspaces_auditexportpart_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.workspaces_auditseal (
    id uuid NOT NULL,
    number integer NOT NULL,
    first_id bigint NOT NULL,
    last_id bigint NOT NULL,
    ranges jsonb NOT NULL,
    entry_count integer NOT NULL,
    from_at timestamp with time zone NOT NULL,
    to_at timestamp with time zone NOT NULL,
    previous_hash text NOT NULL,
    hash text NOT NULL,
    sealed_at timestamp with time zone NOT NULL,
    workspace_id uuid NOT NULL
);

CREATE TABLE public.workspaces_browsersession (
    id uuid NOT NULL,
    key_fingerprint text NOT NULL,
    data text NOT NULL,
    browser text DEFAULT ''::text NOT NULL,
    source inet,
    created_at timestamp with time zone NOT NULL,
    last_seen_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    member_id uuid,
    user_id uuid
);

CREATE TABLE public.workspaces_dutysettings (
    workspace_id uuid NOT NULL,
    capacity smallint DEFAULT 10 NOT NULL,
    away_after_minutes smallint DEFAULT 5 NOT NULL,
    reply_claims boolean DEFAULT true NOT NULL,
    CONSTRAINT workspaces_dutysettings_away_after_minutes_check CHECK ((away_after_minutes >= 0)),
    CONSTRAINT workspaces_dutysettings_capacity_check CHECK ((capacity >= 0))
);

CREATE TABLE public.workspaces_invitation (
    id uuid NOT NULL,
    email character varying(254) NOT NULL,
    token_fingerprint text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    accepted_at timestamp with time zone,
    invited_by_id uuid,
    workspace_id uuid NOT NULL,
    role_id uuid NOT NULL
);

CREATE TABLE public.workspaces_member (
    id uuid NOT NULL,
    is_active boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    user_id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    role_id uuid NOT NULL
);

CREATE TABLE public.workspaces_member_teams (
    id bigint NOT NULL,
    member_id uuid NOT NULL,
    team_id uuid NOT NULL
);

ALTER TABLE public.workspaces_member_teams ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.workspaces_member_teams_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.workspaces_memberavailability (
    member_id uuid NOT NULL,
    chosen text DEFAULT 'online'::text NOT NULL,
    state text DEFAULT 'away'::text NOT NULL,
    since timestamp with time zone NOT NULL,
    seen_at timestamp with time zone,
    capacity smallint,
    workspace_id uuid NOT NULL,
    CONSTRAINT availability_capacity CHECK (((capacity IS NULL) OR (capacity <= 500))),
    CONSTRAINT availability_chosen CHECK ((chosen = ANY (ARRAY['online'::text, 'away'::text, 'off_duty'::text]))),
    CONSTRAINT availability_state CHECK ((state = ANY (ARRAY['online'::text, 'away'::text, 'off_duty'::text]))),
    CONSTRAINT workspaces_memberavailability_capacity_check CHECK ((capacity >= 0))
);

CREATE TABLE public.workspaces_memberhistory (
    fact text NOT NULL,
    value text,
    name text DEFAULT ''::text NOT NULL,
    from_at timestamp with time zone NOT NULL,
    until_at timestamp with time zone,
    since_unknown boolean DEFAULT false NOT NULL,
    by_kind text NOT NULL,
    by_id uuid,
    by_name text DEFAULT ''::text NOT NULL,
    why text DEFAULT ''::text NOT NULL,
    member_id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    CONSTRAINT member_history_by_kind CHECK ((by_kind = ANY (ARRAY['member'::text, 'token'::text, 'contact'::text, 'system'::text, 'rule'::text, 'condition'::text, 'model'::text, 'import'::text, 'sync'::text]))),
    CONSTRAINT member_history_ends_after CHECK (((until_at IS NULL) OR (until_at > from_at)))
);

CREATE TABLE public.workspaces_memberlanguage (
    language text NOT NULL,
    member_id uuid NOT NULL,
    workspace_id uuid NOT NULL
);

CREATE TABLE public.workspaces_memberskill (
    word text NOT NULL,
    member_id uuid NOT NULL,
    workspace_id uuid NOT NULL
);

CREATE TABLE public.workspaces_passwordreset (
    id uuid NOT NULL,
    token_fingerprint text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    is_void boolean DEFAULT false NOT NULL,
    user_id uuid NOT NULL
);

CREATE TABLE public.workspaces_recoverycode (
    id uuid NOT NULL,
    code_fingerprint text NOT NULL,
    used_at timestamp with time zone,
    user_id uuid NOT NULL
);

CREATE TABLE public.workspaces_resetasked (
    mark text NOT NULL,
    address text NOT NULL,
    asked_at timestamp with time zone NOT NULL
);

CREATE TABLE public.workspaces_role (
    id uuid NOT NULL,
    key text,
    name text NOT NULL,
    chosen_permissions jsonb DEFAULT '[]'::jsonb NOT NULL,
    chosen_reach jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    workspace_id uuid NOT NULL,
    second_factor_from timestamp with time zone
);

CREATE TABLE public.workspaces_secondfactor (
    id uuid NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    secret text,
    last_step bigint DEFAULT 0 NOT NULL,
    credential_id text,
    public_key text,
    rp_id text DEFAULT ''::text NOT NULL,
    sign_count bigint DEFAULT 0 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone,
    user_id uuid NOT NULL,
    CONSTRAINT second_factor_kind CHECK ((((kind = 'app'::text) AND (secret IS NOT NULL)) OR ((credential_id IS NOT NULL) AND (kind = 'passkey'::text) AND (public_key IS NOT NULL))))
);

CREATE TABLE public.workspaces_team (
    id uuid NOT NULL,
    name text NOT NULL,
    workspace_id uuid NOT NULL
);

CREATE TABLE public.workspaces_user (
    password character varying(128) NOT NULL,
    last_login timestamp with time zone,
    id uuid NOT NULL,
    email character varying(254) NOT NULL,
    name text NOT NULL,
    language text NOT NULL,
    time_zone text NOT NULL,
    theme text NOT NULL,
    is_active boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    density text DEFAULT 'comfortable'::text NOT NULL,
    single_keys boolean DEFAULT true NOT NULL,
    shortcuts jsonb DEFAULT '{}'::jsonb NOT NULL,
    undo_send_seconds smallint DEFAULT 5 NOT NULL,
    second_factor_at timestamp with time zone,
    CONSTRAINT user_density CHECK ((density = ANY (ARRAY['compact'::text, 'comfortable'::text, 'spacious'::text]))),
    CONSTRAINT user_email_lower CHECK (((email)::text = lower((email)::text))),
    CONSTRAINT user_theme CHECK ((theme = ANY (ARRAY['system'::text, 'light'::text, 'dark'::text]))),
    CONSTRAINT user_undo_seconds CHECK ((undo_send_seconds = ANY (ARRAY[0, 5, 10])))
);

CREATE TABLE public.workspaces_workspace (
    id uuid NOT NULL,
    name text NOT NULL,
    slug character varying(50) NOT NULL,
    language text NOT NULL,
    time_zone text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    business_week jsonb,
    episode_hours smallint DEFAULT 24 NOT NULL,
    second_factor_from timestamp with time zone,
    CONSTRAINT workspaces_workspace_episode_hours_check CHECK ((episode_hours >= 0))
);

CREATE TABLE public.workspaces_wrongguesses (
    mark text NOT NULL,
    count integer NOT NULL,
    last_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.conversations_message ATTACH PARTITION public.conversations_message_rest DEFAULT;

ALTER TABLE ONLY public.conversations_messagestatus ATTACH PARTITION public.conversations_messagestatus_rest DEFAULT;

ALTER TABLE ONLY public.kernel_event ATTACH PARTITION public.kernel_event_rest DEFAULT;

ALTER TABLE ONLY public.workspaces_auditentry ATTACH PARTITION public.workspaces_auditentry_rest DEFAULT;

ALTER TABLE ONLY public.kernel_event ALTER COLUMN id SET DEFAULT nextval('public.kernel_event_serial'::regclass);

ALTER TABLE ONLY public.workspaces_auditentry ALTER COLUMN id SET DEFAULT nextval('public.workspaces_auditentry_serial'::regclass);

ALTER TABLE ONLY public.acts_act
    ADD CONSTRAINT acts_act_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.acts_actchange
    ADD CONSTRAINT acts_actchange_pkey PRIMARY KEY (act_id, conversation_id);

ALTER TABLE ONLY public.service_levels_answerclock
    ADD CONSTRAINT answer_clock_once UNIQUE (conversation_id, started_at);

ALTER TABLE ONLY public.kernel_keptanswer
    ADD CONSTRAINT answer_once UNIQUE (owner_id, intent);

ALTER TABLE ONLY public.answering_hold
    ADD CONSTRAINT answering_hold_pkey PRIMARY KEY (conversation_id);

ALTER TABLE ONLY public.attention_following
    ADD CONSTRAINT attention_following_pkey PRIMARY KEY (conversation_id, member_id);

ALTER TABLE ONLY public.attention_mention
    ADD CONSTRAINT attention_mention_pkey PRIMARY KEY (note_id, member_id);

ALTER TABLE ONLY public.attention_notemention
    ADD CONSTRAINT attention_notemention_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.attention_notewording
    ADD CONSTRAINT attention_notewording_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workspaces_auditseal
    ADD CONSTRAINT audit_seal_number UNIQUE (workspace_id, number);

ALTER TABLE ONLY public.blocking_block
    ADD CONSTRAINT blocking_block_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_casecontact
    ADD CONSTRAINT case_contact_once UNIQUE (case_id, contact_id);

ALTER TABLE ONLY public.cases_caseconversation
    ADD CONSTRAINT case_conversation_once UNIQUE (case_id, conversation_id);

ALTER TABLE ONLY public.cases_casefile
    ADD CONSTRAINT case_file_once UNIQUE (case_id, media_id);

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT case_number_unique UNIQUE (workspace_id, number);

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT cases_case_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_caseactivity
    ADD CONSTRAINT cases_caseactivity_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_casecategory
    ADD CONSTRAINT cases_casecategory_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_casecomment
    ADD CONSTRAINT cases_casecomment_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_casecontact
    ADD CONSTRAINT cases_casecontact_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_caseconversation
    ADD CONSTRAINT cases_caseconversation_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_casefile
    ADD CONSTRAINT cases_casefile_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_casehistory
    ADD CONSTRAINT cases_casehistory_pkey PRIMARY KEY (case_id, fact, from_at);

ALTER TABLE ONLY public.cases_casesettings
    ADD CONSTRAINT cases_casesettings_pkey PRIMARY KEY (workspace_id);

ALTER TABLE ONLY public.contacts_consent
    ADD CONSTRAINT consent_once UNIQUE (contact_id, channel, purpose, state, at);

ALTER TABLE ONLY public.contacts_consent
    ADD CONSTRAINT contacts_consent_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.contacts_contact
    ADD CONSTRAINT contacts_contact_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.contacts_contacthistory
    ADD CONSTRAINT contacts_contacthistory_pkey PRIMARY KEY (contact_id, fact, from_at);

ALTER TABLE ONLY public.contacts_contactidentity
    ADD CONSTRAINT contacts_contactidentity_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.contacts_contacttagging
    ADD CONSTRAINT contacts_contacttagging_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.contacts_group
    ADD CONSTRAINT contacts_group_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.contacts_merge
    ADD CONSTRAINT contacts_merge_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.contacts_mergedcontact
    ADD CONSTRAINT contacts_mergedcontact_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.contacts_mergesuggestion
    ADD CONSTRAINT contacts_mergesuggestion_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.contacts_personexport
    ADD CONSTRAINT contacts_personexport_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.contacts_personexportpart
    ADD CONSTRAINT contacts_personexportpart_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.conversations_conversation
    ADD CONSTRAINT conversation_unique UNIQUE (contact_id, inbox_id);

ALTER TABLE ONLY public.conversations_activity
    ADD CONSTRAINT conversations_activity_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.conversations_conversation
    ADD CONSTRAINT conversations_conversation_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.conversations_conversationhistory
    ADD CONSTRAINT conversations_conversationhistory_pkey PRIMARY KEY (conversation_id, fact, from_at);

ALTER TABLE ONLY public.conversations_conversationtagging
    ADD CONSTRAINT conversations_conversationtagging_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.conversations_draft
    ADD CONSTRAINT conversations_draft_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.conversations_episode
    ADD CONSTRAINT conversations_episode_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.conversations_fact
    ADD CONSTRAINT conversations_fact_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.conversations_message
    ADD CONSTRAINT conversations_message_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.conversations_message_rest
    ADD CONSTRAINT conversations_message_rest_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.conversations_messagestatus
    ADD CONSTRAINT conversations_messagestatus_message_id_status_participant_key UNIQUE (message_id, status, participant);

ALTER TABLE ONLY public.conversations_messagestatus_rest
    ADD CONSTRAINT conversations_messagestatus_r_message_id_status_participant_key UNIQUE (message_id, status, participant);

ALTER TABLE ONLY public.conversations_note
    ADD CONSTRAINT conversations_note_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.conversations_outgoingmessage
    ADD CONSTRAINT conversations_outgoingmessage_pkey PRIMARY KEY (message_id);

ALTER TABLE ONLY public.conversations_providermessageid
    ADD CONSTRAINT conversations_providermessageid_pkey PRIMARY KEY (inbox_id, provider_id);

ALTER TABLE ONLY public.conversations_unmatchedstatus
    ADD CONSTRAINT conversations_unmatchedstatus_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.routing_decision
    ADD CONSTRAINT decision_once_for_a_cause UNIQUE (conversation_id, cause);

ALTER TABLE ONLY public.conversations_draft
    ADD CONSTRAINT draft_once UNIQUE (member_id, conversation_id, mode);

ALTER TABLE ONLY public.conversations_episode
    ADD CONSTRAINT episode_number_once UNIQUE (conversation_id, number);

ALTER TABLE ONLY public.contacts_group
    ADD CONSTRAINT group_unique UNIQUE (address, channel, workspace_id);

ALTER TABLE ONLY public.idling_idlerule
    ADD CONSTRAINT idling_idlerule_pkey PRIMARY KEY (workspace_id);

ALTER TABLE ONLY public.inboxes_inbox
    ADD CONSTRAINT inbox_address_unique UNIQUE (connection_id, address);

ALTER TABLE ONLY public.inboxes_channelnotice
    ADD CONSTRAINT inboxes_channelnotice_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.inboxes_connection
    ADD CONSTRAINT inboxes_connection_key_key UNIQUE (key);

ALTER TABLE ONLY public.inboxes_connection
    ADD CONSTRAINT inboxes_connection_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.inboxes_delivery
    ADD CONSTRAINT inboxes_delivery_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.inboxes_erasurerequest
    ADD CONSTRAINT inboxes_erasurerequest_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.inboxes_inbox
    ADD CONSTRAINT inboxes_inbox_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.inboxes_inbox_teams
    ADD CONSTRAINT inboxes_inbox_teams_inbox_id_team_id_13331a61_uniq UNIQUE (inbox_id, team_id);

ALTER TABLE ONLY public.inboxes_inbox_teams
    ADD CONSTRAINT inboxes_inbox_teams_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.inboxes_ledgerentry
    ADD CONSTRAINT inboxes_ledgerentry_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.kernel_job
    ADD CONSTRAINT job_once_a_time UNIQUE (schedule_id, scheduled_for);

ALTER TABLE ONLY public.kernel_event
    ADD CONSTRAINT kernel_event_pkey1 PRIMARY KEY (id, happened_at);

ALTER TABLE ONLY public.kernel_event_rest
    ADD CONSTRAINT kernel_event_rest_pkey PRIMARY KEY (id, happened_at);

ALTER TABLE ONLY public.kernel_heartbeat
    ADD CONSTRAINT kernel_heartbeat_pkey PRIMARY KEY (process);

ALTER TABLE ONLY public.kernel_job
    ADD CONSTRAINT kernel_job_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.kernel_job
    ADD CONSTRAINT kernel_job_undoes_id_key UNIQUE (undoes_id);

ALTER TABLE ONLY public.kernel_jobschedule
    ADD CONSTRAINT kernel_jobschedule_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.kernel_keptanswer
    ADD CONSTRAINT kernel_keptanswer_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.kernel_loggeneration
    ADD CONSTRAINT kernel_loggeneration_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.kernel_parkedevent
    ADD CONSTRAINT kernel_parkedevent_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.kernel_periodicrun
    ADD CONSTRAINT kernel_periodicrun_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.kernel_reactioncursor
    ADD CONSTRAINT kernel_reactioncursor_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.kernel_serverkey
    ADD CONSTRAINT kernel_serverkey_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.macros_macrouse
    ADD CONSTRAINT macro_use_once UNIQUE (macro_id, by_id, day);

ALTER TABLE ONLY public.macros_macro
    ADD CONSTRAINT macros_macro_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.macros_macro_teams
    ADD CONSTRAINT macros_macro_teams_macro_id_team_id_c69f2a97_uniq UNIQUE (macro_id, team_id);

ALTER TABLE ONLY public.macros_macro_teams
    ADD CONSTRAINT macros_macro_teams_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.macros_macrouse
    ADD CONSTRAINT macros_macrouse_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.mail_mail
    ADD CONSTRAINT mail_mail_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.mail_mailserver
    ADD CONSTRAINT mail_mailserver_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.mail_mailserver
    ADD CONSTRAINT mail_server_once UNIQUE (workspace_id);

ALTER TABLE ONLY public.media_mediafile
    ADD CONSTRAINT media_mediafile_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.media_mediaplace
    ADD CONSTRAINT media_mediaplace_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workspaces_member
    ADD CONSTRAINT member_once UNIQUE (workspace_id, user_id);

ALTER TABLE ONLY public.contacts_mergesuggestion
    ADD CONSTRAINT merge_suggested_once UNIQUE (first_id, second_id);

ALTER TABLE ONLY public.message_templates_messagetemplate
    ADD CONSTRAINT message_template_unique UNIQUE (connection_id, name, language);

ALTER TABLE ONLY public.message_templates_messagetemplate
    ADD CONSTRAINT message_templates_messagetemplate_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.notifications_mutedconversation
    ADD CONSTRAINT muted_conversation_unique UNIQUE (member_id, conversation_id);

ALTER TABLE ONLY public.inboxes_channelnotice
    ADD CONSTRAINT notice_once UNIQUE (connection_id, dedup_key);

ALTER TABLE ONLY public.notifications_notification
    ADD CONSTRAINT notification_unique UNIQUE (member_id, conversation_id);

ALTER TABLE ONLY public.notifications_mutedconversation
    ADD CONSTRAINT notifications_mutedconversation_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.notifications_notification
    ADD CONSTRAINT notifications_notification_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.notifications_notificationsettings
    ADD CONSTRAINT notifications_notificationsettings_member_id_key UNIQUE (member_id);

ALTER TABLE ONLY public.notifications_notificationsettings
    ADD CONSTRAINT notifications_notificationsettings_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.notifications_push
    ADD CONSTRAINT notifications_push_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.notifications_pushkey
    ADD CONSTRAINT notifications_pushkey_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.notifications_pushsubscription
    ADD CONSTRAINT notifications_pushsubscription_mark_key UNIQUE (mark);

ALTER TABLE ONLY public.notifications_pushsubscription
    ADD CONSTRAINT notifications_pushsubscription_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.kernel_parkedevent
    ADD CONSTRAINT parked_once UNIQUE (reaction, event_id);

ALTER TABLE ONLY public.protection_protectionsettings
    ADD CONSTRAINT protection_protectionsettings_pkey PRIMARY KEY (workspace_id);

ALTER TABLE ONLY public.notifications_push
    ADD CONSTRAINT push_unique UNIQUE (subscription_id, notification_id);

ALTER TABLE ONLY public.quick_replies_quickreply
    ADD CONSTRAINT quick_replies_quickreply_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.quick_replies_quickreply_teams
    ADD CONSTRAINT quick_replies_quickreply_quickreply_id_team_id_7d822d37_uniq UNIQUE (quickreply_id, team_id);

ALTER TABLE ONLY public.quick_replies_quickreply_teams
    ADD CONSTRAINT quick_replies_quickreply_teams_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.quick_replies_quickreplyfile
    ADD CONSTRAINT quick_replies_quickreplyfile_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.quick_replies_quickreplyuse
    ADD CONSTRAINT quick_replies_quickreplyuse_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.quick_replies_unadvisedmember
    ADD CONSTRAINT quick_replies_unadvisedmember_pkey PRIMARY KEY (member_id);

ALTER TABLE ONLY public.quick_replies_quickreplyfile
    ADD CONSTRAINT quick_reply_file_once UNIQUE (quick_reply_id, media_id);

ALTER TABLE ONLY public.quick_replies_quickreplyuse
    ADD CONSTRAINT quick_reply_use_once UNIQUE (quick_reply_id, by_id, day);

ALTER TABLE ONLY public.workspaces_recoverycode
    ADD CONSTRAINT recovery_code_once UNIQUE (user_id, code_fingerprint);

ALTER TABLE ONLY public.workspaces_role
    ADD CONSTRAINT role_key_unique UNIQUE (workspace_id, key);

ALTER TABLE ONLY public.routing_decision
    ADD CONSTRAINT routing_decision_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.routing_queue
    ADD CONSTRAINT routing_queue_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.routing_queue_teams
    ADD CONSTRAINT routing_queue_teams_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.routing_queue_teams
    ADD CONSTRAINT routing_queue_teams_queue_id_team_id_102ef4fc_uniq UNIQUE (queue_id, team_id);

ALTER TABLE ONLY public.routing_routedinbox
    ADD CONSTRAINT routing_routedinbox_pkey PRIMARY KEY (inbox_id);

ALTER TABLE ONLY public.routing_routingsettings
    ADD CONSTRAINT routing_routingsettings_pkey PRIMARY KEY (workspace_id);

ALTER TABLE ONLY public.routing_turn
    ADD CONSTRAINT routing_turn_pkey PRIMARY KEY (member_id);

ALTER TABLE ONLY public.routing_waiting
    ADD CONSTRAINT routing_waiting_pkey PRIMARY KEY (conversation_id);

ALTER TABLE ONLY public.saved_views_savedview
    ADD CONSTRAINT saved_views_savedview_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.saved_views_savedview_teams
    ADD CONSTRAINT saved_views_savedview_teams_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.saved_views_savedview_teams
    ADD CONSTRAINT saved_views_savedview_teams_savedview_id_team_id_221d8e24_uniq UNIQUE (savedview_id, team_id);

ALTER TABLE ONLY public.saved_views_viewplace
    ADD CONSTRAINT saved_views_viewplace_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.scheduling_scheduledmessage
    ADD CONSTRAINT scheduling_scheduledmessage_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.search_searchentry
    ADD CONSTRAINT search_searchentry_pkey PRIMARY KEY (id, kind);

ALTER TABLE ONLY public.search_searchfill
    ADD CONSTRAINT search_searchfill_pkey PRIMARY KEY (workspace_id);

ALTER TABLE ONLY public.search_searchkey
    ADD CONSTRAINT search_searchkey_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.service_levels_answerclock
    ADD CONSTRAINT service_levels_answerclock_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.service_levels_followup
    ADD CONSTRAINT service_levels_followup_pkey PRIMARY KEY (conversation_id);

ALTER TABLE ONLY public.service_levels_servicelevel
    ADD CONSTRAINT service_levels_servicelevel_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.service_levels_servicelevelsettings
    ADD CONSTRAINT service_levels_servicelevelsettings_pkey PRIMARY KEY (workspace_id);

ALTER TABLE ONLY public.tags_tag
    ADD CONSTRAINT tags_tag_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tags_taguse
    ADD CONSTRAINT tags_taguse_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.transcripts_transcript
    ADD CONSTRAINT transcripts_transcript_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.transcripts_transcriptpart
    ADD CONSTRAINT transcripts_transcriptpart_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.conversations_unmatchedstatus
    ADD CONSTRAINT unmatched_status_once UNIQUE (inbox_id, provider_id, status, participant);

ALTER TABLE ONLY public.saved_views_viewplace
    ADD CONSTRAINT view_place_once UNIQUE (member_id, view_id);

ALTER TABLE ONLY public.workspaces_apitoken
    ADD CONSTRAINT workspaces_apitoken_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workspaces_apitoken
    ADD CONSTRAINT workspaces_apitoken_token_fingerprint_key UNIQUE (token_fingerprint);

ALTER TABLE ONLY public.workspaces_auditentry
    ADD CONSTRAINT workspaces_auditentry_pkey1 PRIMARY KEY (id, at);

ALTER TABLE ONLY public.workspaces_auditentry_rest
    ADD CONSTRAINT workspaces_auditentry_rest_pkey PRIMARY KEY (id, at);

ALTER TABLE ONLY public.workspaces_auditexport
    ADD CONSTRAINT workspaces_auditexport_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workspaces_auditexportpart
    ADD CONSTRAINT workspaces_auditexportpart_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workspaces_auditseal
    ADD CONSTRAINT workspaces_auditseal_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workspaces_browsersession
    ADD CONSTRAINT workspaces_browsersession_key_fingerprint_key UNIQUE (key_fingerprint);

ALTER TABLE ONLY public.workspaces_browsersession
    ADD CONSTRAINT workspaces_browsersession_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workspaces_dutysettings
    ADD CONSTRAINT workspaces_dutysettings_pkey PRIMARY KEY (workspace_id);

ALTER TABLE ONLY public.workspaces_invitation
    ADD CONSTRAINT workspaces_invitation_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workspaces_invitation
    ADD CONSTRAINT workspaces_invitation_token_fingerprint_key UNIQUE (token_fingerprint);

ALTER TABLE ONLY public.workspaces_member
    ADD CONSTRAINT workspaces_member_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workspaces_member_teams
    ADD CONSTRAINT workspaces_member_teams_member_id_team_id_649395d0_uniq UNIQUE (member_id, team_id);

ALTER TABLE ONLY public.workspaces_member_teams
    ADD CONSTRAINT workspaces_member_teams_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workspaces_memberavailability
    ADD CONSTRAINT workspaces_memberavailability_pkey PRIMARY KEY (member_id);

ALTER TABLE ONLY public.workspaces_memberhistory
    ADD CONSTRAINT workspaces_memberhistory_pkey PRIMARY KEY (member_id, fact, from_at);

ALTER TABLE ONLY public.workspaces_memberlanguage
    ADD CONSTRAINT workspaces_memberlanguage_pkey PRIMARY KEY (member_id, language);

ALTER TABLE ONLY public.workspaces_memberskill
    ADD CONSTRAINT workspaces_memberskill_pkey PRIMARY KEY (member_id, word);

ALTER TABLE ONLY public.workspaces_passwordreset
    ADD CONSTRAINT workspaces_passwordreset_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workspaces_passwordreset
    ADD CONSTRAINT workspaces_passwordreset_token_fingerprint_key UNIQUE (token_fingerprint);

ALTER TABLE ONLY public.workspaces_recoverycode
    ADD CONSTRAINT workspaces_recoverycode_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workspaces_resetasked
    ADD CONSTRAINT workspaces_resetasked_pkey PRIMARY KEY (mark);

ALTER TABLE ONLY public.workspaces_role
    ADD CONSTRAINT workspaces_role_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workspaces_secondfactor
    ADD CONSTRAINT workspaces_secondfactor_credential_id_key UNIQUE (credential_id);

ALTER TABLE ONLY public.workspaces_secondfactor
    ADD CONSTRAINT workspaces_secondfactor_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workspaces_team
    ADD CONSTRAINT workspaces_team_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workspaces_user
    ADD CONSTRAINT workspaces_user_email_key UNIQUE (email);

ALTER TABLE ONLY public.workspaces_user
    ADD CONSTRAINT workspaces_user_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workspaces_workspace
    ADD CONSTRAINT workspaces_workspace_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workspaces_workspace
    ADD CONSTRAINT workspaces_workspace_slug_key UNIQUE (slug);

ALTER TABLE ONLY public.workspaces_wrongguesses
    ADD CONSTRAINT workspaces_wrongguesses_pkey PRIMARY KEY (mark);

CREATE INDEX act_by_time ON public.acts_act USING btree (at);

CREATE INDEX activity_in_thread ON public.conversations_activity USING btree (conversation_id, at);

CREATE INDEX acts_actchange_conversation_id_1aeaecd4 ON public.acts_actchange USING btree (conversation_id);

CREATE INDEX answer_by_time ON public.kernel_keptanswer USING btree (created_at);

CREATE INDEX answer_clock_due ON public.service_levels_answerclock USING btree (workspace_id, due_at, id) WHERE ((met_at IS NULL) AND (stopped_at IS NULL));

CREATE UNIQUE INDEX answer_clock_one_open ON public.service_levels_answerclock USING btree (conversation_id) WHERE ((met_at IS NULL) AND (stopped_at IS NULL));

CREATE INDEX answer_clock_rings ON public.service_levels_answerclock USING btree (rings_at) WHERE (rings_at IS NOT NULL);

CREATE INDEX attention_following_member_id_68f06649 ON public.attention_following USING btree (member_id);

CREATE INDEX attention_mention_conversation_id_0d1ba2aa ON public.attention_mention USING btree (conversation_id);

CREATE INDEX attention_notemention_note_id_c34bcc8c ON public.attention_notemention USING btree (note_id);

CREATE INDEX audit_by_act ON ONLY public.workspaces_auditentry USING btree (workspace_id, act, at, id);

CREATE INDEX audit_by_actor ON ONLY public.workspaces_auditentry USING btree (workspace_id, actor_id, at, id);

CREATE INDEX audit_by_moment ON ONLY public.workspaces_auditentry USING btree (workspace_id, at, id);

CREATE INDEX audit_by_object ON ONLY public.workspaces_auditentry USING gin (object_ids);

CREATE INDEX audit_by_source ON ONLY public.workspaces_auditentry USING btree (workspace_id, source, at, id);

CREATE INDEX audit_by_verb ON ONLY public.workspaces_auditentry USING btree (workspace_id, verb, at, id);

CREATE INDEX availability_present ON public.workspaces_memberavailability USING btree (seen_at) WHERE (state = 'online'::text);

CREATE INDEX block_in_list ON public.blocking_block USING btree (workspace_id, id DESC);

CREATE INDEX block_of_thread ON public.blocking_block USING btree (conversation_id);

CREATE UNIQUE INDEX block_once ON public.blocking_block USING btree (conversation_id) WHERE (state = ANY (ARRAY['blocking'::text, 'blocked'::text, 'unblocking'::text]));

CREATE INDEX case_activity_newest ON public.cases_caseactivity USING btree (case_id, at DESC, id DESC);

CREATE INDEX case_by_change ON public.cases_case USING btree (workspace_id, updated_at DESC, number DESC) WHERE (merged_into_id IS NULL);

CREATE INDEX case_by_due ON public.cases_case USING btree (workspace_id, status, due_at, number) WHERE (merged_into_id IS NULL);

CREATE UNIQUE INDEX case_category_name_unique ON public.cases_casecategory USING btree (workspace_id, key) WHERE (removed_at IS NULL);

CREATE INDEX case_comment_newest ON public.cases_casecomment USING btree (case_id, created_at DESC, id DESC);

CREATE INDEX case_contact_via ON public.cases_casecontact USING btree (via_id) WHERE (via_id IS NOT NULL);

CREATE INDEX case_conversation_via ON public.cases_caseconversation USING btree (via_id) WHERE (via_id IS NOT NULL);

CREATE INDEX case_file_newest ON public.cases_casefile USING btree (case_id, linked_at DESC, id DESC);

CREATE INDEX case_followers ON public.cases_case USING btree (follows_id) WHERE (follows_id IS NOT NULL);

CREATE UNIQUE INDEX case_history_ended_once ON public.cases_casehistory USING btree (case_id, fact, until_at) WHERE (until_at IS NOT NULL);

CREATE UNIQUE INDEX case_history_open_once ON public.cases_casehistory USING btree (case_id, fact) WHERE (until_at IS NULL);

CREATE INDEX case_merged_here ON public.cases_case USING btree (merged_into_id) WHERE (merged_into_id IS NOT NULL);

CREATE INDEX case_of_contact ON public.cases_casecontact USING btree (contact_id, case_id);

CREATE INDEX case_of_conversation ON public.cases_caseconversation USING btree (conversation_id, case_id);

CREATE INDEX case_of_file ON public.cases_casefile USING btree (media_id);

CREATE INDEX case_open_of_owner ON public.cases_case USING btree (owner_id, status) WHERE ((merged_into_id IS NULL) AND (NOT (status = 'resolved'::text)));

CREATE INDEX case_opened_by ON public.cases_case USING btree (opened_by_id, number DESC);

CREATE INDEX contact_by_age ON public.contacts_contact USING btree (workspace_id, created_at DESC, id DESC);

CREATE INDEX contact_by_person ON public.contacts_contact USING btree (person_id);

CREATE UNIQUE INDEX contact_history_ended_once ON public.contacts_contacthistory USING btree (contact_id, fact, until_at) WHERE (until_at IS NOT NULL);

CREATE UNIQUE INDEX contact_history_open_once ON public.contacts_contacthistory USING btree (contact_id, fact) WHERE (until_at IS NULL);

CREATE INDEX contact_tagging_by_tag ON public.contacts_contacttagging USING btree (tag_id, until_at, contact_id);

CREATE INDEX contact_tagging_due ON public.contacts_contacttagging USING btree (expires_at) WHERE ((until_at IS NULL) AND (expires_at IS NOT NULL));

CREATE INDEX contact_tagging_history ON public.contacts_contacttagging USING btree (contact_id, from_at DESC);

CREATE UNIQUE INDEX contact_tagging_open_once ON public.contacts_contacttagging USING btree (contact_id, tag_id) WHERE (until_at IS NULL);

CREATE INDEX contacts_consent_contact_id_e3883c86 ON public.contacts_consent USING btree (contact_id);

CREATE INDEX contacts_contact_owner_id_0103c1ee ON public.contacts_contact USING btree (owner_id);

CREATE INDEX contacts_merge_first_id_a30ad8df ON public.contacts_merge USING btree (first_id);

CREATE INDEX contacts_merge_second_id_b8d23ce7 ON public.contacts_merge USING btree (second_id);

CREATE INDEX contacts_mergedcontact_contact_id_c1b7ddfe ON public.contacts_mergedcontact USING btree (contact_id);

CREATE INDEX contacts_mergedcontact_merge_id_3ac12eb1 ON public.contacts_mergedcontact USING btree (merge_id);

CREATE INDEX contacts_mergesuggestion_first_id_37715b74 ON public.contacts_mergesuggestion USING btree (first_id);

CREATE INDEX contacts_mergesuggestion_second_id_c93c3b2f ON public.contacts_mergesuggestion USING btree (second_id);

CREATE INDEX contacts_personexport_contact_id_39b9c957 ON public.contacts_personexport USING btree (contact_id);

CREATE INDEX contacts_personexport_expires_at_e07ba913 ON public.contacts_personexport USING btree (expires_at);

CREATE INDEX contacts_personexportpart_export_id_90525b26 ON public.contacts_personexportpart USING btree (export_id);

CREATE INDEX conversation_by_team ON public.conversations_conversation USING btree (team_id) WHERE (team_id IS NOT NULL);

CREATE UNIQUE INDEX conversation_history_ended_once ON public.conversations_conversationhistory USING btree (conversation_id, fact, until_at) WHERE (until_at IS NOT NULL);

CREATE UNIQUE INDEX conversation_history_open_once ON public.conversations_conversationhistory USING btree (conversation_id, fact) WHERE (until_at IS NULL);

CREATE INDEX conversation_newest_first ON public.conversations_conversation USING btree (workspace_id, status, last_message_at DESC NULLS LAST, id DESC);

CREATE INDEX conversation_of_member ON public.conversations_conversation USING btree (assignee_id, status, last_message_at DESC NULLS LAST, id DESC) WHERE (assignee_id IS NOT NULL);

CREATE INDEX conversation_of_nobody ON public.conversations_conversation USING btree (workspace_id, status, last_message_at DESC NULLS LAST, id DESC) WHERE (assignee_id IS NULL);

CREATE INDEX conversation_tagging_by_tag ON public.conversations_conversationtagging USING btree (tag_id, until_at, conversation_id);

CREATE INDEX conversation_tagging_due ON public.conversations_conversationtagging USING btree (expires_at) WHERE ((until_at IS NULL) AND (expires_at IS NOT NULL));

CREATE INDEX conversation_tagging_history ON public.conversations_conversationtagging USING btree (conversation_id, from_at DESC);

CREATE UNIQUE INDEX conversation_tagging_open_once ON public.conversations_conversationtagging USING btree (conversation_id, tag_id) WHERE (until_at IS NULL);

CREATE INDEX conversation_waiting ON public.conversations_conversation USING btree (workspace_id, waiting_since, id) WHERE (status = 'open'::text);

CREATE INDEX conversations_activity_conversation_id_a454b8d1 ON public.conversations_activity USING btree (conversation_id);

CREATE INDEX conversations_draft_conversation_id_8be0ce8b ON public.conversations_draft USING btree (conversation_id);

CREATE INDEX conversations_draft_member_id_4d4de56e ON public.conversations_draft USING btree (member_id);

CREATE INDEX message_by_ad_picture ON ONLY public.conversations_message USING btree (ad_picture_id) WHERE (ad_picture_id IS NOT NULL);

CREATE INDEX conversations_message_rest_ad_picture_id_idx ON public.conversations_message_rest USING btree (ad_picture_id) WHERE (ad_picture_id IS NOT NULL);

CREATE INDEX message_in_thread ON ONLY public.conversations_message USING btree (conversation_id, sent_at, id);

CREATE INDEX conversations_message_rest_conversation_id_sent_at_id_idx ON public.conversations_message_rest USING btree (conversation_id, sent_at, id);

CREATE INDEX message_template_sent ON ONLY public.conversations_message USING btree (inbox_id, sent_at DESC) WHERE ((direction = 'out'::text) AND (kind = 'template'::text));

CREATE INDEX conversations_message_rest_inbox_id_sent_at_idx ON public.conversations_message_rest USING btree (inbox_id, sent_at DESC) WHERE ((direction = 'out'::text) AND (kind = 'template'::text));

CREATE INDEX message_by_target ON ONLY public.conversations_message USING btree (inbox_id, target_provider_id) WHERE (target_provider_id IS NOT NULL);

CREATE INDEX conversations_message_rest_inbox_id_target_provider_id_idx ON public.conversations_message_rest USING btree (inbox_id, target_provider_id) WHERE (target_provider_id IS NOT NULL);

CREATE INDEX message_by_media ON ONLY public.conversations_message USING btree (media_id) WHERE (media_id IS NOT NULL);

CREATE INDEX conversations_message_rest_media_id_idx ON public.conversations_message_rest USING btree (media_id) WHERE (media_id IS NOT NULL);

CREATE INDEX message_by_contact ON ONLY public.conversations_message USING btree (contact_id, sent_at) WHERE (contact_id IS NOT NULL);

CREATE INDEX conversations_message_rest_message_by_contact ON public.conversations_message_rest USING btree (contact_id, sent_at) WHERE (contact_id IS NOT NULL);

CREATE INDEX message_by_time ON ONLY public.conversations_message USING brin (sent_at) WITH (autosummarize='on');

CREATE INDEX conversations_message_rest_message_by_time ON public.conversations_message_rest USING brin (sent_at) WITH (autosummarize='on');

CREATE INDEX conversations_note_author_id_53566395 ON public.conversations_note USING btree (author_id);

CREATE INDEX conversations_note_conversation_id_a486ed4c ON public.conversations_note USING btree (conversation_id);

CREATE INDEX decision_newest ON public.routing_decision USING btree (workspace_id, at DESC);

CREATE INDEX decision_of_conversation ON public.routing_decision USING btree (conversation_id, at DESC, id DESC);

CREATE INDEX delivery_by_age ON public.inboxes_delivery USING brin (received_at) WITH (autosummarize='on');

CREATE INDEX delivery_failed ON public.inboxes_delivery USING btree (id) WHERE (state = 'failed'::text);

CREATE INDEX delivery_pending ON public.inboxes_delivery USING btree (id) WHERE (state = 'pending'::text);

CREATE INDEX episode_by_time ON public.conversations_episode USING btree (workspace_id, opened_at);

CREATE UNIQUE INDEX episode_one_open ON public.conversations_episode USING btree (conversation_id) WHERE (resolved_at IS NULL);

CREATE INDEX event_position ON ONLY public.kernel_event USING btree (generation, transaction_id, id);

CREATE INDEX fact_answer_of_episode ON public.conversations_fact USING btree (episode_id, at) WHERE ((kind = 'answered'::text) AND (withdrawn_at IS NULL));

CREATE UNIQUE INDEX fact_answered_once ON public.conversations_fact USING btree (message_id) WHERE (kind = 'answered'::text);

CREATE INDEX fact_by_kind_and_time ON public.conversations_fact USING btree (workspace_id, kind, at);

CREATE INDEX fact_of_conversation ON public.conversations_fact USING btree (conversation_id, at, id);

CREATE INDEX follow_up_oldest ON public.service_levels_followup USING btree (workspace_id, since);

CREATE UNIQUE INDEX group_conversation_unique ON public.conversations_conversation USING btree (group_id, inbox_id) WHERE (group_id IS NOT NULL);

CREATE INDEX identity_by_contact ON public.contacts_contactidentity USING btree (contact_id);

CREATE INDEX identity_retired ON public.contacts_contactidentity USING btree (value, kind) WHERE (retired_at IS NOT NULL);

CREATE UNIQUE INDEX identity_unique ON public.contacts_contactidentity USING btree (value, kind, channel, workspace_id, portfolio) WHERE (retired_at IS NULL);

CREATE INDEX inboxes_channelnotice_connection_id_6479c9f2 ON public.inboxes_channelnotice USING btree (connection_id);

CREATE INDEX inboxes_channelnotice_inbox_id_e25be9b3 ON public.inboxes_channelnotice USING btree (inbox_id);

CREATE INDEX inboxes_connection_key_a2441a13_like ON public.inboxes_connection USING btree (key text_pattern_ops);

CREATE INDEX inboxes_inbox_connection_id_22de34e8 ON public.inboxes_inbox USING btree (connection_id);

CREATE INDEX inboxes_inbox_teams_inbox_id_41171b71 ON public.inboxes_inbox_teams USING btree (inbox_id);

CREATE INDEX inboxes_inbox_teams_team_id_78a83c1b ON public.inboxes_inbox_teams USING btree (team_id);

CREATE INDEX jobs_active ON public.kernel_job USING btree (due_at) WHERE (status = ANY (ARRAY['waiting'::text, 'running'::text]));

CREATE INDEX jobs_by_end ON public.kernel_job USING btree (ended_at);

CREATE INDEX jobs_of_workspace ON public.kernel_job USING btree (workspace_id, id DESC);

CREATE INDEX kernel_event_rest_generation_transaction_id_id_idx ON public.kernel_event_rest USING btree (generation, transaction_id, id);

CREATE INDEX kernel_heartbeat_process_aaa4b8b2_like ON public.kernel_heartbeat USING btree (process text_pattern_ops);

CREATE INDEX kernel_job_schedule_id_223d2f8d ON public.kernel_job USING btree (schedule_id);

CREATE INDEX kernel_jobschedule_next_at_37f43629 ON public.kernel_jobschedule USING btree (next_at);

CREATE INDEX kernel_periodicrun_name_6aa0edf6_like ON public.kernel_periodicrun USING btree (name text_pattern_ops);

CREATE INDEX kernel_reactioncursor_name_415cd822_like ON public.kernel_reactioncursor USING btree (name text_pattern_ops);

CREATE INDEX macro_removed ON public.macros_macro USING btree (removed_at) WHERE (removed_at IS NOT NULL);

CREATE INDEX macro_there ON public.macros_macro USING btree (workspace_id) WHERE (removed_at IS NULL);

CREATE INDEX macros_macro_owner_id_0bf95e7b ON public.macros_macro USING btree (owner_id);

CREATE INDEX macros_macro_teams_macro_id_73e47838 ON public.macros_macro_teams USING btree (macro_id);

CREATE INDEX macros_macro_teams_team_id_3b88b8f7 ON public.macros_macro_teams USING btree (team_id);

CREATE INDEX mail_by_time ON public.mail_mail USING btree (workspace_id, created_at DESC);

CREATE INDEX media_to_fetch ON public.media_mediafile USING btree (retry_at, id) WHERE (state = ANY (ARRAY['waiting'::text, 'fetching'::text]));

CREATE INDEX media_to_preview ON public.media_mediafile USING btree (id) WHERE is_preview_due;

CREATE UNIQUE INDEX member_history_ended_once ON public.workspaces_memberhistory USING btree (member_id, fact, until_at) WHERE (until_at IS NOT NULL);

CREATE UNIQUE INDEX member_history_open_once ON public.workspaces_memberhistory USING btree (member_id, fact) WHERE (until_at IS NULL);

CREATE INDEX mention_of_member ON public.attention_mention USING btree (member_id, at DESC);

CREATE INDEX mention_unseen ON public.attention_mention USING btree (member_id, conversation_id) WHERE (seen_at IS NULL);

CREATE INDEX merge_by_age ON public.contacts_merge USING btree (workspace_id, made_at DESC, id DESC);

CREATE INDEX message_templates_messagetemplate_connection_id_9bb2e09f ON public.message_templates_messagetemplate USING btree (connection_id);

CREATE INDEX note_in_thread ON public.conversations_note USING btree (conversation_id, created_at);

CREATE INDEX note_wordings ON public.attention_notewording USING btree (note_id, until, id);

CREATE INDEX notice_by_time ON public.inboxes_channelnotice USING btree (workspace_id, at DESC);

CREATE INDEX notification_newest ON public.notifications_notification USING btree (member_id, at DESC, id DESC);

CREATE INDEX notification_to_mail ON public.notifications_notification USING btree (at) WHERE (is_mailed AND (read_at IS NULL));

CREATE INDEX notification_unread ON public.notifications_notification USING btree (member_id) WHERE (read_at IS NULL);

CREATE INDEX notifications_push_notification_id_b6a1f955 ON public.notifications_push USING btree (notification_id);

CREATE INDEX notifications_pushsubscription_mark_83712cfd_like ON public.notifications_pushsubscription USING btree (mark text_pattern_ops);

CREATE INDEX notifications_pushsubscription_member_id_2d51172b ON public.notifications_pushsubscription USING btree (member_id);

CREATE INDEX notifications_pushsubscription_session_id_c28a8b95 ON public.notifications_pushsubscription USING btree (session_id);

CREATE INDEX outgoing_doubtful ON public.conversations_outgoingmessage USING btree (state) WHERE (state = ANY (ARRAY['sending'::text, 'unknown'::text]));

CREATE INDEX outgoing_queue ON public.conversations_outgoingmessage USING btree (inbox_id, sequence) WHERE (state = 'queued'::text);

CREATE INDEX outgoing_unsettled ON public.conversations_outgoingmessage USING btree (conversation_id, sequence) WHERE (state = ANY (ARRAY['queued'::text, 'sending'::text]));

CREATE INDEX push_due ON public.notifications_push USING btree (due_at);

CREATE INDEX queue_in_order ON public.routing_queue USING btree (workspace_id, "position");

CREATE UNIQUE INDEX queue_name_unique ON public.routing_queue USING btree (workspace_id, lower(name));

CREATE INDEX quick_replies_quickreply_teams_quickreply_id_3960c930 ON public.quick_replies_quickreply_teams USING btree (quickreply_id);

CREATE INDEX quick_replies_quickreply_teams_team_id_f364edaf ON public.quick_replies_quickreply_teams USING btree (team_id);

CREATE INDEX quick_replies_quickreplyfile_media_id_b0e30807 ON public.quick_replies_quickreplyfile USING btree (media_id);

CREATE UNIQUE INDEX quick_reply_shortcut_unique ON public.quick_replies_quickreply USING btree (workspace_id, key) WHERE (archived_at IS NULL);

CREATE UNIQUE INDEX role_name_unique ON public.workspaces_role USING btree (workspace_id, lower(name));

CREATE INDEX routing_queue_specialist_id_5b23d39d ON public.routing_queue USING btree (specialist_id);

CREATE INDEX routing_queue_teams_queue_id_637971ab ON public.routing_queue_teams USING btree (queue_id);

CREATE INDEX routing_queue_teams_team_id_50596ceb ON public.routing_queue_teams USING btree (team_id);

CREATE INDEX routing_routedinbox_workspace_id_aac661b1 ON public.routing_routedinbox USING btree (workspace_id);

CREATE INDEX saved_view_removed ON public.saved_views_savedview USING btree (removed_at) WHERE (removed_at IS NOT NULL);

CREATE INDEX saved_view_there ON public.saved_views_savedview USING btree (workspace_id) WHERE (removed_at IS NULL);

CREATE INDEX saved_views_savedview_owner_id_9a5446d3 ON public.saved_views_savedview USING btree (owner_id);

CREATE INDEX saved_views_savedview_teams_savedview_id_ab4f677a ON public.saved_views_savedview_teams USING btree (savedview_id);

CREATE INDEX saved_views_savedview_teams_team_id_ff68194a ON public.saved_views_savedview_teams USING btree (team_id);

CREATE INDEX saved_views_viewplace_view_id_83f9e596 ON public.saved_views_viewplace USING btree (view_id);

CREATE INDEX scheduled_due ON public.scheduling_scheduledmessage USING btree (due_at) WHERE (state = 'waiting'::text);

CREATE INDEX scheduled_in_list ON public.scheduling_scheduledmessage USING btree (workspace_id, state, due_at, id);

CREATE INDEX scheduled_in_thread ON public.scheduling_scheduledmessage USING btree (conversation_id) WHERE (state = ANY (ARRAY['waiting'::text, 'refused'::text]));

CREATE INDEX schedules_of_workspace ON public.kernel_jobschedule USING btree (workspace_id, created_at);

CREATE INDEX search_in_conversation ON public.search_searchentry USING btree (conversation_id) WHERE (conversation_id IS NOT NULL);

CREATE INDEX search_of_contact ON public.search_searchentry USING btree (contact_id) WHERE (contact_id IS NOT NULL);

CREATE INDEX search_tokens ON public.search_searchentry USING gin (tokens);

CREATE INDEX service_level_in_order ON public.service_levels_servicelevel USING btree (workspace_id, "position");

CREATE UNIQUE INDEX service_level_name_unique ON public.service_levels_servicelevel USING btree (workspace_id, lower(name));

CREATE UNIQUE INDEX tag_name_unique ON public.tags_tag USING btree (workspace_id, key) WHERE (removed_at IS NULL);

CREATE INDEX tag_use_by_tag ON public.tags_taguse USING btree (tag_id, subject) INCLUDE (change);

CREATE UNIQUE INDEX team_name_unique ON public.workspaces_team USING btree (workspace_id, lower(name));

CREATE INDEX transcripts_transcript_conversation_id_67ca9d14 ON public.transcripts_transcript USING btree (conversation_id);

CREATE INDEX transcripts_transcript_expires_at_8bd5597f ON public.transcripts_transcript USING btree (expires_at);

CREATE INDEX transcripts_transcriptpart_transcript_id_208e0657 ON public.transcripts_transcriptpart USING btree (transcript_id);

CREATE INDEX waiting_for_specialist ON public.routing_waiting USING btree (others_from) WHERE (others_from IS NOT NULL);

CREATE INDEX waiting_in_queue ON public.routing_waiting USING btree (workspace_id, queue_id, since);

CREATE INDEX workspaces_apitoken_created_by_id_179704bf ON public.workspaces_apitoken USING btree (created_by_id);

CREATE INDEX workspaces_apitoken_role_row_id_9e3ccb4d ON public.workspaces_apitoken USING btree (role_id);

CREATE INDEX workspaces_apitoken_token_fingerprint_297e29f5_like ON public.workspaces_apitoken USING btree (token_fingerprint text_pattern_ops);

CREATE INDEX workspaces_auditentry_rest_object_ids_idx ON public.workspaces_auditentry_rest USING gin (object_ids);

CREATE INDEX workspaces_auditentry_rest_workspace_id_act_at_id_idx ON public.workspaces_auditentry_rest USING btree (workspace_id, act, at, id);

CREATE INDEX workspaces_auditentry_rest_workspace_id_actor_id_at_id_idx ON public.workspaces_auditentry_rest USING btree (workspace_id, actor_id, at, id);

CREATE INDEX workspaces_auditentry_rest_workspace_id_at_id_idx ON public.workspaces_auditentry_rest USING btree (workspace_id, at, id);

CREATE INDEX workspaces_auditentry_rest_workspace_id_source_at_id_idx ON public.workspaces_auditentry_rest USING btree (workspace_id, source, at, id);

CREATE INDEX workspaces_auditentry_rest_workspace_id_verb_at_id_idx ON public.workspaces_auditentry_rest USING btree (workspace_id, verb, at, id);

CREATE INDEX workspaces_auditexport_expires_at_f3fc05ae ON public.workspaces_auditexport USING btree (expires_at);

CREATE INDEX workspaces_auditexportpart_export_id_46920cb1 ON public.workspaces_auditexportpart USING btree (export_id);

CREATE INDEX workspaces_browsersession_expires_at_aca958c0 ON public.workspaces_browsersession USING btree (expires_at);

CREATE INDEX workspaces_browsersession_key_fingerprint_e4ff018e_like ON public.workspaces_browsersession USING btree (key_fingerprint text_pattern_ops);

CREATE INDEX workspaces_browsersession_member_id_76298fd6 ON public.workspaces_browsersession USING btree (member_id);

CREATE INDEX workspaces_browsersession_user_id_fb053f96 ON public.workspaces_browsersession USING btree (user_id);

CREATE INDEX workspaces_invitation_invited_by_id_e6ce80bf ON public.workspaces_invitation USING btree (invited_by_id);

CREATE INDEX workspaces_invitation_role_row_id_4a4dd844 ON public.workspaces_invitation USING btree (role_id);

CREATE INDEX workspaces_invitation_token_fingerprint_00f6b2ba_like ON public.workspaces_invitation USING btree (token_fingerprint text_pattern_ops);

CREATE INDEX workspaces_member_role_row_id_6693ffcc ON public.workspaces_member USING btree (role_id);

CREATE INDEX workspaces_member_teams_member_id_fcd78cbc ON public.workspaces_member_teams USING btree (member_id);

CREATE INDEX workspaces_member_teams_team_id_138d1a43 ON public.workspaces_member_teams USING btree (team_id);

CREATE INDEX workspaces_member_user_id_5cbd3867 ON public.workspaces_member USING btree (user_id);

CREATE INDEX workspaces_memberavailability_workspace_id_62d2777d ON public.workspaces_memberavailability USING btree (workspace_id);

CREATE INDEX workspaces_memberlanguage_workspace_id_2dccb07d ON public.workspaces_memberlanguage USING btree (workspace_id);

CREATE INDEX workspaces_memberskill_workspace_id_5392510d ON public.workspaces_memberskill USING btree (workspace_id);

CREATE INDEX workspaces_passwordreset_token_fingerprint_9556118f_like ON public.workspaces_passwordreset USING btree (token_fingerprint text_pattern_ops);

CREATE INDEX workspaces_passwordreset_user_id_30faa5ea ON public.workspaces_passwordreset USING btree (user_id);

CREATE INDEX workspaces_recoverycode_user_id_82f83047 ON public.workspaces_recoverycode USING btree (user_id);

CREATE INDEX workspaces_resetasked_mark_327b6b32_like ON public.workspaces_resetasked USING btree (mark text_pattern_ops);

CREATE INDEX workspaces_secondfactor_credential_id_79e8ccfd_like ON public.workspaces_secondfactor USING btree (credential_id text_pattern_ops);

CREATE INDEX workspaces_secondfactor_user_id_012da5ba ON public.workspaces_secondfactor USING btree (user_id);

CREATE INDEX workspaces_user_email_b817d139_like ON public.workspaces_user USING btree (email varchar_pattern_ops);

CREATE INDEX workspaces_workspace_slug_c37054a2_like ON public.workspaces_workspace USING btree (slug varchar_pattern_ops);

CREATE INDEX workspaces_wrongguesses_mark_a23dae78_like ON public.workspaces_wrongguesses USING btree (mark text_pattern_ops);

ALTER INDEX public.message_by_ad_picture ATTACH PARTITION public.conversations_message_rest_ad_picture_id_idx;

ALTER INDEX public.message_in_thread ATTACH PARTITION public.conversations_message_rest_conversation_id_sent_at_id_idx;

ALTER INDEX public.message_template_sent ATTACH PARTITION public.conversations_message_rest_inbox_id_sent_at_idx;

ALTER INDEX public.message_by_target ATTACH PARTITION public.conversations_message_rest_inbox_id_target_provider_id_idx;

ALTER INDEX public.message_by_media ATTACH PARTITION public.conversations_message_rest_media_id_idx;

ALTER INDEX public.message_by_contact ATTACH PARTITION public.conversations_message_rest_message_by_contact;

ALTER INDEX public.message_by_time ATTACH PARTITION public.conversations_message_rest_message_by_time;

ALTER INDEX public.conversations_message_pkey ATTACH PARTITION public.conversations_message_rest_pkey;

ALTER INDEX public.conversations_messagestatus_message_id_status_participant_key ATTACH PARTITION public.conversations_messagestatus_r_message_id_status_participant_key;

ALTER INDEX public.event_position ATTACH PARTITION public.kernel_event_rest_generation_transaction_id_id_idx;

ALTER INDEX public.kernel_event_pkey1 ATTACH PARTITION public.kernel_event_rest_pkey;

ALTER INDEX public.audit_by_object ATTACH PARTITION public.workspaces_auditentry_rest_object_ids_idx;

ALTER INDEX public.workspaces_auditentry_pkey1 ATTACH PARTITION public.workspaces_auditentry_rest_pkey;

ALTER INDEX public.audit_by_act ATTACH PARTITION public.workspaces_auditentry_rest_workspace_id_act_at_id_idx;

ALTER INDEX public.audit_by_actor ATTACH PARTITION public.workspaces_auditentry_rest_workspace_id_actor_id_at_id_idx;

ALTER INDEX public.audit_by_moment ATTACH PARTITION public.workspaces_auditentry_rest_workspace_id_at_id_idx;

ALTER INDEX public.audit_by_source ATTACH PARTITION public.workspaces_auditentry_rest_workspace_id_source_at_id_idx;

ALTER INDEX public.audit_by_verb ATTACH PARTITION public.workspaces_auditentry_rest_workspace_id_verb_at_id_idx;

CREATE STATISTICS public.conversation_held (mcv) ON status, assignee_id FROM public.conversations_conversation;

CREATE TRIGGER contact_is_themselves BEFORE INSERT ON public.contacts_contact FOR EACH ROW WHEN ((new.person_id IS NULL)) EXECUTE FUNCTION public.contacts_point_to_self();

ALTER TABLE ONLY public.acts_act
    ADD CONSTRAINT acts_act_workspace_id_1102b4c2_fk_workspaces_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.acts_actchange
    ADD CONSTRAINT acts_actchange_act_id_23fa0aee_fk_acts_act_id FOREIGN KEY (act_id) REFERENCES public.acts_act(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.acts_actchange
    ADD CONSTRAINT acts_actchange_conversation_id_1aeaecd4_fk_conversat FOREIGN KEY (conversation_id) REFERENCES public.conversations_conversation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.answering_hold
    ADD CONSTRAINT answering_hold_conversation_id_9202edb1_fk_conversat FOREIGN KEY (conversation_id) REFERENCES public.conversations_conversation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.answering_hold
    ADD CONSTRAINT answering_hold_member_id_2bd81525_fk_workspaces_member_id FOREIGN KEY (member_id) REFERENCES public.workspaces_member(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.attention_following
    ADD CONSTRAINT attention_following_conversation_id_9c1345b0_fk_conversat FOREIGN KEY (conversation_id) REFERENCES public.conversations_conversation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.attention_following
    ADD CONSTRAINT attention_following_member_id_68f06649_fk_workspaces_member_id FOREIGN KEY (member_id) REFERENCES public.workspaces_member(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.attention_mention
    ADD CONSTRAINT attention_mention_conversation_id_0d1ba2aa_fk_conversat FOREIGN KEY (conversation_id) REFERENCES public.conversations_conversation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.attention_mention
    ADD CONSTRAINT attention_mention_member_id_b156eb67_fk_workspaces_member_id FOREIGN KEY (member_id) REFERENCES public.workspaces_member(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.attention_mention
    ADD CONSTRAINT attention_mention_note_id_e7af223b_fk_conversations_note_id FOREIGN KEY (note_id) REFERENCES public.conversations_note(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.attention_notemention
    ADD CONSTRAINT attention_notementio_member_id_27655dc0_fk_workspace FOREIGN KEY (member_id) REFERENCES public.workspaces_member(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.attention_notemention
    ADD CONSTRAINT attention_notementio_workspace_id_da8ded17_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.attention_notemention
    ADD CONSTRAINT attention_notemention_note_id_c34bcc8c_fk_conversations_note_id FOREIGN KEY (note_id) REFERENCES public.conversations_note(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.attention_notemention
    ADD CONSTRAINT attention_notemention_team_id_d2eab746_fk_workspaces_team_id FOREIGN KEY (team_id) REFERENCES public.workspaces_team(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.attention_notewording
    ADD CONSTRAINT attention_notewordin_workspace_id_7527a0f4_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.attention_notewording
    ADD CONSTRAINT attention_notewording_note_id_81c9485d_fk_conversations_note_id FOREIGN KEY (note_id) REFERENCES public.conversations_note(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.blocking_block
    ADD CONSTRAINT blocking_block_conversation_id_e40ba74e_fk_conversat FOREIGN KEY (conversation_id) REFERENCES public.conversations_conversation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.blocking_block
    ADD CONSTRAINT blocking_block_workspace_id_52f57d23_fk_workspaces_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_casehistory
    ADD CONSTRAINT case_history_goes_on FOREIGN KEY (case_id, fact, until_at) REFERENCES public.cases_casehistory(case_id, fact, from_at) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT cases_case_category_id_c6dc5a5a_fk_cases_casecategory_id FOREIGN KEY (category_id) REFERENCES public.cases_casecategory(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT cases_case_follows_id_431e3f59_fk_cases_case_id FOREIGN KEY (follows_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT cases_case_merged_into_id_1b4320d8_fk_cases_case_id FOREIGN KEY (merged_into_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT cases_case_owner_id_352cf2f7_fk_workspaces_member_id FOREIGN KEY (owner_id) REFERENCES public.workspaces_member(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT cases_case_team_id_60679476_fk_workspaces_team_id FOREIGN KEY (team_id) REFERENCES public.workspaces_team(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT cases_case_workspace_id_3f99edb4_fk_workspaces_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_caseactivity
    ADD CONSTRAINT cases_caseactivity_case_id_31678709_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_caseactivity
    ADD CONSTRAINT cases_caseactivity_workspace_id_dce1e003_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_casecategory
    ADD CONSTRAINT cases_casecategory_workspace_id_f7d01e93_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_casecomment
    ADD CONSTRAINT cases_casecomment_author_id_9199b52f_fk_workspaces_member_id FOREIGN KEY (author_id) REFERENCES public.workspaces_member(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_casecomment
    ADD CONSTRAINT cases_casecomment_case_id_615ee2f3_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_casecomment
    ADD CONSTRAINT cases_casecomment_workspace_id_96e13657_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_casecontact
    ADD CONSTRAINT cases_casecontact_case_id_bae27388_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_casecontact
    ADD CONSTRAINT cases_casecontact_contact_id_0ef3bd05_fk_contacts_contact_id FOREIGN KEY (contact_id) REFERENCES public.contacts_contact(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_casecontact
    ADD CONSTRAINT cases_casecontact_via_id_b3b437eb_fk_cases_case_id FOREIGN KEY (via_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_casecontact
    ADD CONSTRAINT cases_casecontact_workspace_id_1fddfe27_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_caseconversation
    ADD CONSTRAINT cases_caseconversati_conversation_id_ad08690f_fk_conversat FOREIGN KEY (conversation_id) REFERENCES public.conversations_conversation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_caseconversation
    ADD CONSTRAINT cases_caseconversati_workspace_id_92e041a3_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_caseconversation
    ADD CONSTRAINT cases_caseconversation_case_id_6ddc9110_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_caseconversation
    ADD CONSTRAINT cases_caseconversation_via_id_bd0faf67_fk_cases_case_id FOREIGN KEY (via_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_casefile
    ADD CONSTRAINT cases_casefile_case_id_ba3b58b3_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_casefile
    ADD CONSTRAINT cases_casefile_media_id_353d1b42_fk_media_mediafile_id FOREIGN KEY (media_id) REFERENCES public.media_mediafile(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_casefile
    ADD CONSTRAINT cases_casefile_workspace_id_9d23214a_fk_workspaces_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_casehistory
    ADD CONSTRAINT cases_casehistory_case_id_41d54a5f_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_casesettings
    ADD CONSTRAINT cases_casesettings_workspace_id_b25aee48_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.contacts_contacthistory
    ADD CONSTRAINT contact_history_goes_on FOREIGN KEY (contact_id, fact, until_at) REFERENCES public.contacts_contacthistory(contact_id, fact, from_at) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.contacts_contact
    ADD CONSTRAINT contact_person_exists FOREIGN KEY (person_id) REFERENCES public.contacts_contact(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.contacts_consent
    ADD CONSTRAINT contacts_consent_contact_id_e3883c86_fk_contacts_contact_id FOREIGN KEY (contact_id) REFERENCES public.contacts_contact(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.contacts_consent
    ADD CONSTRAINT contacts_consent_workspace_id_1519e18b_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.contacts_contact
    ADD CONSTRAINT contacts_contact_owner_id_0103c1ee_fk_workspaces_member_id FOREIGN KEY (owner_id) REFERENCES public.workspaces_member(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.contacts_contact
    ADD CONSTRAINT contacts_contact_workspace_id_c425fb7f_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.contacts_contacthistory
    ADD CONSTRAINT contacts_contacthist_contact_id_5108de9b_fk_contacts_ FOREIGN KEY (contact_id) REFERENCES public.contacts_contact(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.contacts_contactidentity
    ADD CONSTRAINT contacts_contactiden_contact_id_eb9adef7_fk_contacts_ FOREIGN KEY (contact_id) REFERENCES public.contacts_contact(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.contacts_contactidentity
    ADD CONSTRAINT contacts_contactiden_workspace_id_dc362600_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.contacts_contacttagging
    ADD CONSTRAINT contacts_contacttagg_contact_id_dcfdf14a_fk_contacts_ FOREIGN KEY (contact_id) REFERENCES public.contacts_contact(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.contacts_contacttagging
    ADD CONSTRAINT contacts_contacttagg_workspace_id_39c876dd_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.contacts_contacttagging
    ADD CONSTRAINT contacts_contacttagging_tag_id_b8341489_fk_tags_tag_id FOREIGN KEY (tag_id) REFERENCES public.tags_tag(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.contacts_group
    ADD CONSTRAINT contacts_group_workspace_id_1426101c_fk_workspaces_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.contacts_merge
    ADD CONSTRAINT contacts_merge_first_id_a30ad8df_fk_contacts_contact_id FOREIGN KEY (first_id) REFERENCES public.contacts_contact(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.contacts_merge
    ADD CONSTRAINT contacts_merge_second_id_b8d23ce7_fk_contacts_contact_id FOREIGN KEY (second_id) REFERENCES public.contacts_contact(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.contacts_merge
    ADD CONSTRAINT contacts_merge_workspace_id_244e5228_fk_workspaces_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.contacts_mergedcontact
    ADD CONSTRAINT contacts_mergedconta_contact_id_c1b7ddfe_fk_contacts_ FOREIGN KEY (contact_id) REFERENCES public.contacts_contact(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.contacts_mergedcontact
    ADD CONSTRAINT contacts_mergedcontact_merge_id_3ac12eb1_fk_contacts_merge_id FOREIGN KEY (merge_id) REFERENCES public.contacts_merge(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.contacts_mergesuggestion
    ADD CONSTRAINT contacts_mergesugges_first_id_37715b74_fk_contacts_ FOREIGN KEY (first_id) REFERENCES public.contacts_contact(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.contacts_mergesuggestion
    ADD CONSTRAINT contacts_mergesugges_second_id_c93c3b2f_fk_contacts_ FOREIGN KEY (second_id) REFERENCES public.contacts_contact(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.contacts_mergesuggestion
    ADD CONSTRAINT contacts_mergesugges_workspace_id_41c57b18_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.contacts_personexport
    ADD CONSTRAINT contacts_personexpor_contact_id_39b9c957_fk_contacts_ FOREIGN KEY (contact_id) REFERENCES public.contacts_contact(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.contacts_personexportpart
    ADD CONSTRAINT contacts_personexpor_export_id_90525b26_fk_contacts_ FOREIGN KEY (export_id) REFERENCES public.contacts_personexport(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.contacts_personexport
    ADD CONSTRAINT contacts_personexpor_workspace_id_ae8b39a8_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.conversations_conversationhistory
    ADD CONSTRAINT conversation_history_goes_on FOREIGN KEY (conversation_id, fact, until_at) REFERENCES public.conversations_conversationhistory(conversation_id, fact, from_at) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.conversations_activity
    ADD CONSTRAINT conversations_activi_conversation_id_a454b8d1_fk_conversat FOREIGN KEY (conversation_id) REFERENCES public.conversations_conversation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.conversations_activity
    ADD CONSTRAINT conversations_activi_workspace_id_d7c0c77c_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.conversations_conversation
    ADD CONSTRAINT conversations_conver_assignee_id_e845f644_fk_workspace FOREIGN KEY (assignee_id) REFERENCES public.workspaces_member(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.conversations_conversation
    ADD CONSTRAINT conversations_conver_contact_id_000135ab_fk_contacts_ FOREIGN KEY (contact_id) REFERENCES public.contacts_contact(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.conversations_conversationtagging
    ADD CONSTRAINT conversations_conver_conversation_id_09635a5c_fk_conversat FOREIGN KEY (conversation_id) REFERENCES public.conversations_conversation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.conversations_conversationhistory
    ADD CONSTRAINT conversations_conver_conversation_id_ef438669_fk_conversat FOREIGN KEY (conversation_id) REFERENCES public.conversations_conversation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.conversations_conversation
    ADD CONSTRAINT conversations_conver_group_id_07822dc6_fk_contacts_ FOREIGN KEY (group_id) REFERENCES public.contacts_group(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.conversations_conversation
    ADD CONSTRAINT conversations_conver_inbox_id_c97f6da0_fk_inboxes_i FOREIGN KEY (inbox_id) REFERENCES public.inboxes_inbox(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.conversations_conversationtagging
    ADD CONSTRAINT conversations_conver_tag_id_fd05179c_fk_tags_tag_ FOREIGN KEY (tag_id) REFERENCES public.tags_tag(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.conversations_conversation
    ADD CONSTRAINT conversations_conver_team_id_c9f144f2_fk_workspace FOREIGN KEY (team_id) REFERENCES public.workspaces_team(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.conversations_conversation
    ADD CONSTRAINT conversations_conver_workspace_id_38020c4d_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.conversations_conversationtagging
    ADD CONSTRAINT conversations_conver_workspace_id_fdb1d216_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.conversations_draft
    ADD CONSTRAINT conversations_draft_conversation_id_8be0ce8b_fk_conversat FOREIGN KEY (conversation_id) REFERENCES public.conversations_conversation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.conversations_draft
    ADD CONSTRAINT conversations_draft_member_id_4d4de56e_fk_workspaces_member_id FOREIGN KEY (member_id) REFERENCES public.workspaces_member(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.conversations_episode
    ADD CONSTRAINT conversations_episod_conversation_id_02c70f3c_fk_conversat FOREIGN KEY (conversation_id) REFERENCES public.conversations_conversation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.conversations_episode
    ADD CONSTRAINT conversations_episod_workspace_id_f3f7c9e1_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.conversations_fact
    ADD CONSTRAINT conversations_fact_conversation_id_d572e0ca_fk_conversat FOREIGN KEY (conversation_id) REFERENCES public.conversations_conversation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.conversations_fact
    ADD CONSTRAINT conversations_fact_workspace_id_bd5182dc_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE public.conversations_message
    ADD CONSTRAINT conversations_messag_author_member_id_b1b1a5ce_fk_workspace FOREIGN KEY (author_member_id) REFERENCES public.workspaces_member(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE public.conversations_message
    ADD CONSTRAINT conversations_messag_conversation_id_f1a2d5e9_fk_conversat FOREIGN KEY (conversation_id) REFERENCES public.conversations_conversation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE public.conversations_message
    ADD CONSTRAINT conversations_message_media_id_e3a33ed9_fk_media_mediafile_id FOREIGN KEY (media_id) REFERENCES public.media_mediafile(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.conversations_note
    ADD CONSTRAINT conversations_note_author_id_53566395_fk_workspaces_member_id FOREIGN KEY (author_id) REFERENCES public.workspaces_member(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.conversations_note
    ADD CONSTRAINT conversations_note_conversation_id_a486ed4c_fk_conversat FOREIGN KEY (conversation_id) REFERENCES public.conversations_conversation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.conversations_note
    ADD CONSTRAINT conversations_note_workspace_id_96398e18_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.conversations_unmatchedstatus
    ADD CONSTRAINT conversations_unmatc_inbox_id_11f48c9d_fk_inboxes_i FOREIGN KEY (inbox_id) REFERENCES public.inboxes_inbox(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.idling_idlerule
    ADD CONSTRAINT idling_idlerule_workspace_id_094dd2c1_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.inboxes_channelnotice
    ADD CONSTRAINT inboxes_channelnotic_connection_id_6479c9f2_fk_inboxes_c FOREIGN KEY (connection_id) REFERENCES public.inboxes_connection(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.inboxes_channelnotice
    ADD CONSTRAINT inboxes_channelnotic_workspace_id_bf9dcf60_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.inboxes_channelnotice
    ADD CONSTRAINT inboxes_channelnotice_inbox_id_e25be9b3_fk_inboxes_inbox_id FOREIGN KEY (inbox_id) REFERENCES public.inboxes_inbox(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.inboxes_connection
    ADD CONSTRAINT inboxes_connection_workspace_id_c0074bb5_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.inboxes_erasurerequest
    ADD CONSTRAINT inboxes_erasurereque_workspace_id_117f1bf8_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.inboxes_inbox
    ADD CONSTRAINT inboxes_inbox_connection_id_22de34e8_fk_inboxes_connection_id FOREIGN KEY (connection_id) REFERENCES public.inboxes_connection(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.inboxes_inbox_teams
    ADD CONSTRAINT inboxes_inbox_teams_inbox_id_41171b71_fk_inboxes_inbox_id FOREIGN KEY (inbox_id) REFERENCES public.inboxes_inbox(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.inboxes_inbox_teams
    ADD CONSTRAINT inboxes_inbox_teams_team_id_78a83c1b_fk_workspaces_team_id FOREIGN KEY (team_id) REFERENCES public.workspaces_team(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.inboxes_inbox
    ADD CONSTRAINT inboxes_inbox_workspace_id_abc93d99_fk_workspaces_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.kernel_job
    ADD CONSTRAINT kernel_job_schedule_id_223d2f8d_fk_kernel_jobschedule_id FOREIGN KEY (schedule_id) REFERENCES public.kernel_jobschedule(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.kernel_job
    ADD CONSTRAINT kernel_job_undoes_id_b9577ec0_fk_kernel_job_id FOREIGN KEY (undoes_id) REFERENCES public.kernel_job(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.macros_macro
    ADD CONSTRAINT macros_macro_owner_id_0bf95e7b_fk_workspaces_member_id FOREIGN KEY (owner_id) REFERENCES public.workspaces_member(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.macros_macro_teams
    ADD CONSTRAINT macros_macro_teams_macro_id_73e47838_fk_macros_macro_id FOREIGN KEY (macro_id) REFERENCES public.macros_macro(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.macros_macro_teams
    ADD CONSTRAINT macros_macro_teams_team_id_3b88b8f7_fk_workspaces_team_id FOREIGN KEY (team_id) REFERENCES public.workspaces_team(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.macros_macro
    ADD CONSTRAINT macros_macro_workspace_id_2e41baa4_fk_workspaces_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.macros_macrouse
    ADD CONSTRAINT macros_macrouse_macro_id_05d4b7d5_fk_macros_macro_id FOREIGN KEY (macro_id) REFERENCES public.macros_macro(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.mail_mail
    ADD CONSTRAINT mail_mail_workspace_id_5aeb5109_fk_workspaces_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.mail_mailserver
    ADD CONSTRAINT mail_mailserver_workspace_id_f75d2552_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.media_mediafile
    ADD CONSTRAINT media_mediafile_workspace_id_af0a11fd_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workspaces_memberhistory
    ADD CONSTRAINT member_history_goes_on FOREIGN KEY (member_id, fact, until_at) REFERENCES public.workspaces_memberhistory(member_id, fact, from_at) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.message_templates_messagetemplate
    ADD CONSTRAINT message_templates_me_connection_id_9bb2e09f_fk_inboxes_c FOREIGN KEY (connection_id) REFERENCES public.inboxes_connection(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.message_templates_messagetemplate
    ADD CONSTRAINT message_templates_me_workspace_id_52f5edc8_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.notifications_mutedconversation
    ADD CONSTRAINT notifications_mutedc_member_id_efeb0473_fk_workspace FOREIGN KEY (member_id) REFERENCES public.workspaces_member(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.notifications_mutedconversation
    ADD CONSTRAINT notifications_mutedc_workspace_id_8e81c6f7_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.notifications_notification
    ADD CONSTRAINT notifications_notifi_member_id_ecf7e29e_fk_workspace FOREIGN KEY (member_id) REFERENCES public.workspaces_member(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.notifications_notificationsettings
    ADD CONSTRAINT notifications_notifi_member_id_fbbeed8c_fk_workspace FOREIGN KEY (member_id) REFERENCES public.workspaces_member(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.notifications_notification
    ADD CONSTRAINT notifications_notifi_workspace_id_6f7a384b_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.notifications_notificationsettings
    ADD CONSTRAINT notifications_notifi_workspace_id_86bb574e_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.notifications_push
    ADD CONSTRAINT notifications_push_notification_id_b6a1f955_fk_notificat FOREIGN KEY (notification_id) REFERENCES public.notifications_notification(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.notifications_push
    ADD CONSTRAINT notifications_push_subscription_id_d5e16668_fk_notificat FOREIGN KEY (subscription_id) REFERENCES public.notifications_pushsubscription(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.notifications_pushsubscription
    ADD CONSTRAINT notifications_pushsu_member_id_2d51172b_fk_workspace FOREIGN KEY (member_id) REFERENCES public.workspaces_member(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.notifications_pushsubscription
    ADD CONSTRAINT notifications_pushsu_session_id_c28a8b95_fk_workspace FOREIGN KEY (session_id) REFERENCES public.workspaces_browsersession(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.notifications_pushsubscription
    ADD CONSTRAINT notifications_pushsu_workspace_id_2ce009a6_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.protection_protectionsettings
    ADD CONSTRAINT protection_protectio_workspace_id_d4a833b3_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.quick_replies_quickreplyfile
    ADD CONSTRAINT quick_replies_quickr_media_id_b0e30807_fk_media_med FOREIGN KEY (media_id) REFERENCES public.media_mediafile(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.quick_replies_quickreply
    ADD CONSTRAINT quick_replies_quickr_owner_id_e9a56a7f_fk_workspace FOREIGN KEY (owner_id) REFERENCES public.workspaces_member(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.quick_replies_quickreplyuse
    ADD CONSTRAINT quick_replies_quickr_quick_reply_id_a281bd5a_fk_quick_rep FOREIGN KEY (quick_reply_id) REFERENCES public.quick_replies_quickreply(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.quick_replies_quickreplyfile
    ADD CONSTRAINT quick_replies_quickr_quick_reply_id_b1363f86_fk_quick_rep FOREIGN KEY (quick_reply_id) REFERENCES public.quick_replies_quickreply(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.quick_replies_quickreply_teams
    ADD CONSTRAINT quick_replies_quickr_quickreply_id_3960c930_fk_quick_rep FOREIGN KEY (quickreply_id) REFERENCES public.quick_replies_quickreply(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.quick_replies_quickreply_teams
    ADD CONSTRAINT quick_replies_quickr_team_id_f364edaf_fk_workspace FOREIGN KEY (team_id) REFERENCES public.workspaces_team(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.quick_replies_quickreply
    ADD CONSTRAINT quick_replies_quickr_workspace_id_6cb70c33_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.quick_replies_unadvisedmember
    ADD CONSTRAINT quick_replies_unadvi_member_id_a438015e_fk_workspace FOREIGN KEY (member_id) REFERENCES public.workspaces_member(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.routing_decision
    ADD CONSTRAINT routing_decision_conversation_id_3ffd5961_fk_conversat FOREIGN KEY (conversation_id) REFERENCES public.conversations_conversation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.routing_decision
    ADD CONSTRAINT routing_decision_workspace_id_9b8ad9bb_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.routing_queue
    ADD CONSTRAINT routing_queue_specialist_id_5b23d39d_fk_workspaces_member_id FOREIGN KEY (specialist_id) REFERENCES public.workspaces_member(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.routing_queue_teams
    ADD CONSTRAINT routing_queue_teams_queue_id_637971ab_fk_routing_queue_id FOREIGN KEY (queue_id) REFERENCES public.routing_queue(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.routing_queue_teams
    ADD CONSTRAINT routing_queue_teams_team_id_50596ceb_fk_workspaces_team_id FOREIGN KEY (team_id) REFERENCES public.workspaces_team(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.routing_queue
    ADD CONSTRAINT routing_queue_workspace_id_78b1a983_fk_workspaces_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.routing_routedinbox
    ADD CONSTRAINT routing_routedinbox_inbox_id_d0c9fb68_fk_inboxes_inbox_id FOREIGN KEY (inbox_id) REFERENCES public.inboxes_inbox(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.routing_routedinbox
    ADD CONSTRAINT routing_routedinbox_workspace_id_aac661b1_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.routing_routingsettings
    ADD CONSTRAINT routing_routingsetti_workspace_id_0006ba41_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.routing_turn
    ADD CONSTRAINT routing_turn_member_id_d5233d87_fk_workspaces_member_id FOREIGN KEY (member_id) REFERENCES public.workspaces_member(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.routing_turn
    ADD CONSTRAINT routing_turn_workspace_id_7bb13cf6_fk_workspaces_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.routing_waiting
    ADD CONSTRAINT routing_waiting_conversation_id_e9a1684b_fk_conversat FOREIGN KEY (conversation_id) REFERENCES public.conversations_conversation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.routing_waiting
    ADD CONSTRAINT routing_waiting_held_by_id_27161222_fk_workspaces_member_id FOREIGN KEY (held_by_id) REFERENCES public.workspaces_member(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.routing_waiting
    ADD CONSTRAINT routing_waiting_previous_id_f647bcf8_fk_workspaces_member_id FOREIGN KEY (previous_id) REFERENCES public.workspaces_member(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.routing_waiting
    ADD CONSTRAINT routing_waiting_put_back_by_id_498f10c8_fk_workspaces_member_id FOREIGN KEY (put_back_by_id) REFERENCES public.workspaces_member(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.routing_waiting
    ADD CONSTRAINT routing_waiting_queue_id_aa29355b_fk_routing_queue_id FOREIGN KEY (queue_id) REFERENCES public.routing_queue(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.routing_waiting
    ADD CONSTRAINT routing_waiting_workspace_id_c2d5b0ce_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.saved_views_savedview_teams
    ADD CONSTRAINT saved_views_savedvie_savedview_id_ab4f677a_fk_saved_vie FOREIGN KEY (savedview_id) REFERENCES public.saved_views_savedview(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.saved_views_savedview_teams
    ADD CONSTRAINT saved_views_savedvie_team_id_ff68194a_fk_workspace FOREIGN KEY (team_id) REFERENCES public.workspaces_team(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.saved_views_savedview
    ADD CONSTRAINT saved_views_savedvie_workspace_id_8d163440_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.saved_views_savedview
    ADD CONSTRAINT saved_views_savedview_owner_id_9a5446d3_fk_workspaces_member_id FOREIGN KEY (owner_id) REFERENCES public.workspaces_member(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.saved_views_viewplace
    ADD CONSTRAINT saved_views_viewplac_member_id_67ba9b28_fk_workspace FOREIGN KEY (member_id) REFERENCES public.workspaces_member(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.saved_views_viewplace
    ADD CONSTRAINT saved_views_viewplac_view_id_83f9e596_fk_saved_vie FOREIGN KEY (view_id) REFERENCES public.saved_views_savedview(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.scheduling_scheduledmessage
    ADD CONSTRAINT scheduling_scheduled_author_member_id_b16f29cf_fk_workspace FOREIGN KEY (author_member_id) REFERENCES public.workspaces_member(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.scheduling_scheduledmessage
    ADD CONSTRAINT scheduling_scheduled_author_token_id_9785406c_fk_workspace FOREIGN KEY (author_token_id) REFERENCES public.workspaces_apitoken(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.scheduling_scheduledmessage
    ADD CONSTRAINT scheduling_scheduled_conversation_id_6a6ed02c_fk_conversat FOREIGN KEY (conversation_id) REFERENCES public.conversations_conversation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.scheduling_scheduledmessage
    ADD CONSTRAINT scheduling_scheduled_workspace_id_a1d9d9b4_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.search_searchfill
    ADD CONSTRAINT search_searchfill_workspace_id_d347636a_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.service_levels_answerclock
    ADD CONSTRAINT service_levels_answe_conversation_id_f4494a3e_fk_conversat FOREIGN KEY (conversation_id) REFERENCES public.conversations_conversation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.service_levels_answerclock
    ADD CONSTRAINT service_levels_answe_workspace_id_6d6fbb8e_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.service_levels_followup
    ADD CONSTRAINT service_levels_follo_conversation_id_e7748db8_fk_conversat FOREIGN KEY (conversation_id) REFERENCES public.conversations_conversation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.service_levels_followup
    ADD CONSTRAINT service_levels_follo_workspace_id_0832fdeb_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.service_levels_servicelevelsettings
    ADD CONSTRAINT service_levels_servi_workspace_id_7e05a3a0_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.service_levels_servicelevel
    ADD CONSTRAINT service_levels_servi_workspace_id_c17ba455_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tags_tag
    ADD CONSTRAINT tags_tag_merged_into_id_eb8a12bd_fk_tags_tag_id FOREIGN KEY (merged_into_id) REFERENCES public.tags_tag(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tags_tag
    ADD CONSTRAINT tags_tag_workspace_id_b33d89ba_fk_workspaces_workspace_id FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tags_taguse
    ADD CONSTRAINT tags_taguse_tag_id_792be9e7_fk_tags_tag_id FOREIGN KEY (tag_id) REFERENCES public.tags_tag(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.transcripts_transcript
    ADD CONSTRAINT transcripts_transcri_conversation_id_67ca9d14_fk_conversat FOREIGN KEY (conversation_id) REFERENCES public.conversations_conversation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.transcripts_transcriptpart
    ADD CONSTRAINT transcripts_transcri_transcript_id_208e0657_fk_transcrip FOREIGN KEY (transcript_id) REFERENCES public.transcripts_transcript(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.transcripts_transcript
    ADD CONSTRAINT transcripts_transcri_workspace_id_99cbb907_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workspaces_apitoken
    ADD CONSTRAINT workspaces_apitoken_created_by_id_179704bf_fk_workspace FOREIGN KEY (created_by_id) REFERENCES public.workspaces_member(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workspaces_apitoken
    ADD CONSTRAINT workspaces_apitoken_role_id_d9da6119_fk_workspaces_role_id FOREIGN KEY (role_id) REFERENCES public.workspaces_role(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workspaces_apitoken
    ADD CONSTRAINT workspaces_apitoken_workspace_id_8589bb5e_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workspaces_auditexportpart
    ADD CONSTRAINT workspaces_auditexpo_export_id_46920cb1_fk_workspace FOREIGN KEY (export_id) REFERENCES public.workspaces_auditexport(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workspaces_auditexport
    ADD CONSTRAINT workspaces_auditexpo_workspace_id_d8fad68d_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workspaces_auditseal
    ADD CONSTRAINT workspaces_auditseal_workspace_id_950d82bf_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workspaces_browsersession
    ADD CONSTRAINT workspaces_browserse_member_id_76298fd6_fk_workspace FOREIGN KEY (member_id) REFERENCES public.workspaces_member(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workspaces_browsersession
    ADD CONSTRAINT workspaces_browserse_user_id_fb053f96_fk_workspace FOREIGN KEY (user_id) REFERENCES public.workspaces_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workspaces_dutysettings
    ADD CONSTRAINT workspaces_dutysetti_workspace_id_aefe1f49_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workspaces_invitation
    ADD CONSTRAINT workspaces_invitatio_invited_by_id_e6ce80bf_fk_workspace FOREIGN KEY (invited_by_id) REFERENCES public.workspaces_member(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workspaces_invitation
    ADD CONSTRAINT workspaces_invitatio_workspace_id_5f5d7eee_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workspaces_invitation
    ADD CONSTRAINT workspaces_invitation_role_id_dd9bc3a2_fk_workspaces_role_id FOREIGN KEY (role_id) REFERENCES public.workspaces_role(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workspaces_member
    ADD CONSTRAINT workspaces_member_role_id_e70efba8_fk_workspaces_role_id FOREIGN KEY (role_id) REFERENCES public.workspaces_role(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workspaces_member_teams
    ADD CONSTRAINT workspaces_member_te_member_id_fcd78cbc_fk_workspace FOREIGN KEY (member_id) REFERENCES public.workspaces_member(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workspaces_member_teams
    ADD CONSTRAINT workspaces_member_teams_team_id_138d1a43_fk_workspaces_team_id FOREIGN KEY (team_id) REFERENCES public.workspaces_team(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workspaces_member
    ADD CONSTRAINT workspaces_member_user_id_5cbd3867_fk_workspaces_user_id FOREIGN KEY (user_id) REFERENCES public.workspaces_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workspaces_member
    ADD CONSTRAINT workspaces_member_workspace_id_675b8450_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workspaces_memberavailability
    ADD CONSTRAINT workspaces_memberava_member_id_5be51980_fk_workspace FOREIGN KEY (member_id) REFERENCES public.workspaces_member(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workspaces_memberavailability
    ADD CONSTRAINT workspaces_memberava_workspace_id_62d2777d_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workspaces_memberhistory
    ADD CONSTRAINT workspaces_memberhis_member_id_88c3d95e_fk_workspace FOREIGN KEY (member_id) REFERENCES public.workspaces_member(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workspaces_memberlanguage
    ADD CONSTRAINT workspaces_memberlan_member_id_12030397_fk_workspace FOREIGN KEY (member_id) REFERENCES public.workspaces_member(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workspaces_memberlanguage
    ADD CONSTRAINT workspaces_memberlan_workspace_id_2dccb07d_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workspaces_memberskill
    ADD CONSTRAINT workspaces_memberski_member_id_ab185026_fk_workspace FOREIGN KEY (member_id) REFERENCES public.workspaces_member(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workspaces_memberskill
    ADD CONSTRAINT workspaces_memberski_workspace_id_5392510d_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workspaces_passwordreset
    ADD CONSTRAINT workspaces_passwordreset_user_id_30faa5ea_fk_workspaces_user_id FOREIGN KEY (user_id) REFERENCES public.workspaces_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workspaces_recoverycode
    ADD CONSTRAINT workspaces_recoverycode_user_id_82f83047_fk_workspaces_user_id FOREIGN KEY (user_id) REFERENCES public.workspaces_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workspaces_role
    ADD CONSTRAINT workspaces_role_workspace_id_880099a6_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workspaces_secondfactor
    ADD CONSTRAINT workspaces_secondfactor_user_id_012da5ba_fk_workspaces_user_id FOREIGN KEY (user_id) REFERENCES public.workspaces_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workspaces_team
    ADD CONSTRAINT workspaces_team_workspace_id_0fabad72_fk_workspace FOREIGN KEY (workspace_id) REFERENCES public.workspaces_workspace(id) DEFERRABLE INITIALLY DEFERRED;
