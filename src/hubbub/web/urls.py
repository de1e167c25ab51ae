"""Addresses of the pages."""

from django.urls import path

from hubbub.web.first_run import views as first_run
from hubbub.web.inbox import views as inbox
from hubbub.web.listening import topics
from hubbub.web.settings import views as settings
from hubbub.web.signin import views as signin

urlpatterns = [
    path("", signin.front, name="front"),
    path("health", signin.health, name="health"),
    path("start/<str:token>/", first_run.claim, name="claim"),
    path("enter/<str:secret>/", signin.enter, name="enter"),
    path("signin/", signin.SignIn.as_view(), name="account_login"),
    path("signout/", signin.sign_out, name="account_logout"),
    path("me/", signin.me, name="me"),
    path("me/password/", signin.password, name="password"),
    path("w/<slug:slug>/", inbox.home, name="home"),
    path("w/<slug:slug>/start/", first_run.steps, name="start"),
    path("w/<slug:slug>/start/preview/", first_run.preview, name="start-preview"),
    path("w/<slug:slug>/inbox/<slug:view>/", inbox.inbox, name="inbox"),
    path("w/<slug:slug>/inbox/<slug:view>/views/", inbox.views, name="views"),
    path("w/<slug:slug>/inbox/<slug:view>/<int:number>/", inbox.case, name="case"),
    path("w/<slug:slug>/cases/<int:number>/reply/", inbox.reply, name="reply"),
    path("w/<slug:slug>/cases/<int:number>/assign/", inbox.assign, name="assign"),
    path("w/<slug:slug>/cases/<int:number>/resolve/", inbox.resolve, name="resolve"),
    path("w/<slug:slug>/cases/<int:number>/reopen/", inbox.reopen, name="reopen"),
    path("w/<slug:slug>/cases/<int:number>/take-up/", inbox.take_up, name="take-up"),
    path("w/<slug:slug>/cases/<int:number>/again/<int:outbox>/", inbox.again, name="again"),
    path("w/<slug:slug>/cases/<int:number>/arrived/<int:outbox>/", inbox.arrived, name="arrived"),
    path("w/<slug:slug>/cases/<int:number>/look/", inbox.look, name="look"),
    path("w/<slug:slug>/cases/<int:number>/leave/", inbox.leave, name="leave"),
    path("w/<slug:slug>/cases/<int:number>/mark/<int:account>/", inbox.mark, name="mark"),
    path("w/<slug:slug>/topics/", topics.index, name="topics"),
    path("w/<slug:slug>/topics/try/", topics.try_query, name="topic-try"),
    path("w/<slug:slug>/topics/new/", topics.edit, name="topic-new"),
    path("w/<slug:slug>/topics/<int:topic>/", topics.edit, name="topic"),
    path("w/<slug:slug>/topics/<int:topic>/remove/", topics.remove, name="topic-remove"),
    path("w/<slug:slug>/settings/", settings.index, name="settings"),
    path("w/<slug:slug>/settings/workspace/", settings.workspace, name="workspace"),
    path("w/<slug:slug>/settings/channels/", settings.channels.index, name="channels"),
    path("w/<slug:slug>/settings/channels/new/<slug:kind>/", settings.channels.edit, name="channel-new"),
    path("w/<slug:slug>/settings/channels/<int:connection>/", settings.channels.edit, name="channel"),
    path("w/<slug:slug>/settings/channels/<int:connection>/remove/", settings.channels.remove, name="channel-remove"),
    path("w/<slug:slug>/settings/quarantine/", settings.quarantine, name="quarantine"),
    path("w/<slug:slug>/settings/people/", settings.people.index, name="people"),
    path("w/<slug:slug>/settings/people/invite/", settings.people.invite, name="person-invite"),
    path("w/<slug:slug>/settings/people/<int:person>/", settings.people.change, name="person"),
    path("w/<slug:slug>/settings/people/<int:person>/remove/", settings.people.remove, name="person-remove"),
    path("w/<slug:slug>/settings/people/<int:person>/link/", settings.people.link, name="person-link"),
    path("w/<slug:slug>/settings/teams/", settings.people.make_team, name="team-new"),
    path("w/<slug:slug>/settings/teams/<int:team>/remove/", settings.people.remove_team, name="team-remove"),
    path("w/<slug:slug>/settings/playbook/", settings.playbook, name="playbook"),
    path("w/<slug:slug>/settings/canned/", settings.canned.index, name="canned"),
    path("w/<slug:slug>/settings/canned/new/", settings.canned.edit, name="canned-new"),
    path("w/<slug:slug>/settings/canned/<int:canned>/", settings.canned.edit, name="canned-reply"),
    path("w/<slug:slug>/settings/canned/<int:canned>/remove/", settings.canned.remove, name="canned-remove"),
    path("w/<slug:slug>/settings/tokens/", settings.tokens.index, name="tokens"),
    path("w/<slug:slug>/settings/tokens/<int:token>/revoke/", settings.tokens.revoke, name="token-revoke"),
    path("w/<slug:slug>/settings/audit/", settings.audit, name="audit"),
]
