from django.urls import path

from nl2sql.web import views

urlpatterns = [
    path("", views.home, name="home"),
    path("runs/<uuid:run_id>", views.run_page, name="run"),
    path("tenant", views.choose_tenant, name="choose-tenant"),
]
